import { hasEtag, type Upload } from '#uploads';
import { checkObject } from './check-object.js';
import { claimedKind } from './sniff-media.js';
import type { Workbench } from './workbench.js';

/** Originals up to this size stay in memory: most photos, and a few megabytes for each image that is worked on. */
export const inMemoryMaxBytes = 8_388_608;

/** An upload whose object was checked, and the object's bytes if they came along. */
export interface FetchedObject {
  upload: Upload;
  bytes: Buffer | null;
}

/**
 * Checks the object as `checkObject` does. A small one that says it is an image comes along in the same request, read on
 * condition of its ETag and size: somebody waits for its thumbnail.
 */
export async function fetchObject(
  bench: Workbench,
  landed: Upload,
  signal: AbortSignal,
): Promise<FetchedObject> {
  const { imageMaxBytes, objectMaxBytes } = bench.limits;
  const sizeBytes = Number(landed.sizeBytes);
  const isSmall = sizeBytes > 0 && sizeBytes <= Math.min(inMemoryMaxBytes, imageMaxBytes, objectMaxBytes);
  const saysImage = claimedKind(landed.mimeType, landed.objectKey) === 'image';
  if (isSmall && saysImage && hasEtag(landed) && landed.mimeType !== null)
    return { upload: landed, bytes: await bench.store.read(landed, landed.etag, sizeBytes, signal) };
  return { upload: await checkObject(bench, landed, signal), bytes: null };
}
