import { addFindings, type Findings } from './compare/findings.js';
import { comparePage } from './compare/compare-page.js';
import { inventoryPages } from './inventory/inventory-pages.js';
import { withLock } from './lock.js';
import { ahead } from './pages/ahead.js';
import { listPages } from './pages/list-pages.js';
import { beginReconcile, saveProgress } from './progress.js';
import type { ReconcileParts, ReconcileScope, Repairs } from './scope.js';

/** What a process that is killed has compared in vain. */
const saveEveryMs = 1_000;

/** How a comparison ended. */
export interface Reconciled {
  readonly found: Findings;
  /** Whether it came to the end; else it goes on there when it is asked for again. */
  readonly isComplete: boolean;
}

/**
 * Compares a bucket, page by page of its listing or an inventory report, with the rows, and repairs what `repairs` says. One
 * process at a time compares the same; who was interrupted goes on from the last page.
 * @param signal ends it after the page that is under way
 * @throws LandfallError reconcile.running, reconcile.inventory_missing, reconcile.inventory_invalid,
 * reconcile.inventory_unsupported, storage.denied, storage.unavailable, object.missing (of the bucket), database.unavailable
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
        // A page counts as a whole, or is compared again.
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
      // The database may be what failed: then the last second is compared again.
      await saveProgress(source, scope, progress).catch(() => undefined);
      throw error;
    }
    await saveProgress(source, scope, progress, isComplete ? new Date() : null);
    return { found, isComplete };
  });
}
