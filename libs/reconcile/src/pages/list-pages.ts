import type { ReconcileParts, ReconcileScope } from '../scope.js';
import { rangeOfPage } from './key-range.js';
import { isStorable, type Marker, type Page } from './page.js';
import { paced } from './paced.js';

/** Lists a bucket page by page (ListObjectsV2), at most `requestsPerSecond` pages per second. */
export async function* listPages(
  { store, requestsPerSecond }: Pick<ReconcileParts, 'store' | 'requestsPerSecond'>,
  { bucket, prefix }: Pick<ReconcileScope, 'bucket' | 'prefix'>,
  marker: Marker,
  signal: AbortSignal,
): AsyncGenerator<Page> {
  const pace = paced(1_000 / requestsPerSecond, signal);
  for (let token: string | null = null, after = marker.key; ;) {
    await pace();
    const listedAt = new Date();
    const listed = await store.list(bucket, prefix, token === null ? { after } : { token }, signal);
    const objects = listed.objects.filter(isStorable);
    const isLast = listed.nextToken === null;
    const range = rangeOfPage(prefix, after, { objects, isLast });
    after = objects.at(-1)?.objectKey ?? after;
    yield { objects, range, listedAt, next: { key: after, place: null }, isLast };
    if (isLast) return;
    token = listed.nextToken;
  }
}
