import { isLandfallError } from '#runtime';
import { type ConfirmedUpload, endRemovalCheck, markRemoved, takeRemovalChecks } from '#uploads';
import pMap from 'p-map';
import type { WorkerContext } from '../worker-context.js';

const pageSize = 100;
const requestsAtOnce = 4;

/**
 * Asks OSS for objects that were reported as removed, and marks the uploads of those that are gone.
 * @returns how many uploads were marked
 */
export async function checkRemovals(worker: WorkerContext, signal: AbortSignal): Promise<number> {
  let removed = 0;
  for (let page = pageSize; page === pageSize && !signal.aborted;) {
    const uploads = await takeRemovalChecks(worker.source, pageSize);
    const ends = await pMap(uploads, (upload) => checkRemoval(worker, upload, signal), {
      concurrency: requestsAtOnce,
      signal,
      // One object that OSS does not answer for must not hold up the others.
      stopOnError: false,
    });
    removed += ends.filter(Boolean).length;
    page = uploads.length;
  }
  return removed;
}

async function checkRemoval(
  { source, store, confirmRules }: WorkerContext,
  upload: ConfirmedUpload,
  signal: AbortSignal,
): Promise<boolean> {
  const { id, bucket, objectKey } = upload;
  try {
    await store.head(upload, signal);
    await endRemovalCheck(source, id);
    return false;
  } catch (error) {
    if (!isLandfallError(error, 'object.missing')) throw error;
  }
  // HEAD fails in the same way if the bucket is gone, which must not mark every upload as removed; listing throws then.
  // The exact key sorts first among the keys with this prefix.
  const [first] = (await store.list(bucket, objectKey, {}, signal)).objects;
  if (first?.objectKey === objectKey) return false;
  await markRemoved(source, id, confirmRules.made);
  return true;
}
