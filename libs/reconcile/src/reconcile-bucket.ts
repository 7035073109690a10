import type { DataSource } from '#database';
import type { ListedPage, ObjectStore } from '#storage';
import type { UploadRegistry } from '#uploads';
import { beginReconcile, endReconcile, type Progress, saveProgress } from './progress.js';
import { addFindings, type Findings } from './findings.js';
import { comparePage, type Repairs } from './compare-page.js';
import { rangeOfPage } from './key-range.js';
import { withLock } from './lock.js';
import { paced } from './paced.js';
import type { ReconcileTrigger } from './rows/reconcile.entity.js';

/** What a comparison works with. */
export interface ReconcileParts {
  readonly source: DataSource;
  readonly store: ObjectStore;
  readonly registry: UploadRegistry;
  /** Key prefix of everything that is made. */
  readonly renditionPrefix: string;
  readonly requestsPerSecond: number;
}

/** What is compared. */
export interface ReconcileScope {
  readonly bucket: string;
  /** Only keys that begin with it; empty for the whole bucket, with all that was made. */
  readonly prefix: string;
  /** Objects stored before are left alone; null compares all. */
  readonly since: Date | null;
  readonly trigger: ReconcileTrigger;
}

/**
 * Compares a bucket, page by page of its listing, with the rows, and repairs what `repairs` says.
 * One process at a time compares the same; who was interrupted goes on from the last page.
 * @param signal ends it after the page that is under way
 * @returns what was found, and whether it came to the end
 * @throws LandfallError reconcile.running, storage.denied, storage.unavailable, object.missing (of the bucket),
 * database.unavailable
 */
export async function reconcileBucket(
  parts: ReconcileParts,
  scope: ReconcileScope,
  repairs: Repairs,
  signal: AbortSignal,
): Promise<{ found: Findings; isComplete: boolean }> {
  const { source } = parts;
  const name = `reconcile ${scope.bucket}/${scope.prefix}`;
  return withLock(source, name, async () => {
    const progress = await beginReconcile(source, scope, repairs);
    for await (const { page, after, listedAt } of pagesFrom(parts, scope, progress, signal)) {
      const { objects, nextToken } = page;
      const range = rangeOfPage(scope.prefix, after, { objects, isLast: nextToken === null });
      progress.found.looked += objects.length;
      const compared = comparePage(parts, { ...scope, range, objects, listedAt }, repairs);
      for await (const [finding, keys] of compared) addFindings(progress.found, finding, keys);
      progress.marker = objects.at(-1)?.objectKey ?? progress.marker;
      if (nextToken !== null) await saveProgress(source, scope, progress);
      else {
        await endReconcile(source, scope, progress);
        return { found: progress.found, isComplete: true };
      }
    }
    return { found: progress.found, isComplete: false };
  });
}

/** A page of a listing, with where it begins and when it was asked for. */
interface FetchedPage {
  readonly page: ListedPage;
  readonly after: string;
  readonly listedAt: Date;
}

/** Asks for the next page while the last one is looked at. */
async function* pagesFrom(
  { store, requestsPerSecond }: ReconcileParts,
  { bucket, prefix }: ReconcileScope,
  { marker }: Progress,
  signal: AbortSignal,
): AsyncGenerator<FetchedPage> {
  const pace = paced(1_000 / requestsPerSecond, signal);
  const fetchPage = async (token: string | null, after: string): Promise<FetchedPage> => {
    await pace();
    const listedAt = new Date();
    const page = await store.list(bucket, prefix, token === null ? { after } : { token }, signal);
    return { page, after, listedAt };
  };
  const noneWhenStopped = (error: unknown): null => {
    if (signal.aborted) return null;
    throw error;
  };
  let next: Promise<FetchedPage> | null = fetchPage(null, marker ?? '');
  while (next !== null) {
    const fetched: FetchedPage | null = await next.catch(noneWhenStopped);
    if (fetched === null) return;
    const { objects, nextToken }: ListedPage = fetched.page;
    next = nextToken === null ? null : fetchPage(nextToken, objects.at(-1)?.objectKey ?? fetched.after);
    // Heard of when it is its turn.
    next?.catch(() => undefined);
    yield fetched;
    if (signal.aborted) return;
  }
}
