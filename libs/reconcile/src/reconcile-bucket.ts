import { addFindings, type Findings } from './compare/findings.js';
import { comparePage } from './compare/compare-page.js';
import { inventoryPages } from './inventory/inventory-pages.js';
import { withLock } from './lock.js';
import { ahead } from './pages/ahead.js';
import { listPages } from './pages/list-pages.js';
import { beginReconcile, saveProgress } from './progress.js';
import type { ReconcileParts, ReconcileScope, Repairs } from './scope.js';

/** Progress is saved this often; a killed process repeats at most this much. */
const saveEveryMs = 1_000;

/** The result of a comparison. */
export interface Reconciled {
  readonly found: Findings;
  /** Whether it reached the end; otherwise the next identical request resumes it. */
  readonly isComplete: boolean;
}

/**
 * Compares a bucket, page by page of its listing or of an inventory report, with the rows, and repairs as `repairs`
 * allows. Only one process at a time compares the same bucket and prefix; an interrupted comparison resumes after its
 * last saved page.
 * @param signal ends it after the current page
 * @throws LandfallError reconcile.running, reconcile.inventory_missing, reconcile.inventory_invalid,
 * reconcile.inventory_unsupported, storage.denied, storage.unavailable, object.missing (of the bucket),
 * database.unavailable
 */
export async function reconcileBucket(
  parts: ReconcileParts,
  asked: ReconcileScope,
  repairs: Repairs,
  signal: AbortSignal,
): Promise<Reconciled> {
  const { source, directUrl } = parts;
  return withLock(directUrl, `reconcile ${asked.bucket}/${asked.prefix}`, async () => {
    const progress = await beginReconcile(source, asked, repairs);
    const { found } = progress;
    const scope = { ...asked, since: progress.since };
    const pages = asked.inventory === null ? listPages : inventoryPages;
    let isComplete = false;
    let savedAt = performance.now();
    try {
      for await (const page of ahead(pages(parts, scope, progress.marker, signal), signal)) {
        const counted = [];
        for await (const finding of comparePage(parts, scope, page, repairs)) counted.push(finding);
        // A page is counted only as a whole; otherwise it is compared again.
        for (const [finding, keys] of counted) addFindings(found, finding, keys);
        found.looked += page.objects.length;
        found.isUnordered ||= page.range === null;
        progress.marker = page.next;
        isComplete = page.isLast;
        if (performance.now() - savedAt < saveEveryMs) continue;
        await saveProgress(source, scope, progress);
        savedAt = performance.now();
      }
    } catch (error) {
      // If the database is what failed, pages since the last save are compared again.
      await saveProgress(source, scope, progress).catch(() => undefined);
      throw error;
    }
    await saveProgress(source, scope, progress, isComplete ? new Date() : null);
    return { found, isComplete };
  });
}
