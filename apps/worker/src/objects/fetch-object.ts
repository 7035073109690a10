import type { ObjectHead } from '#media';
import { type ConfirmedUpload, findTicketOf, type Upload } from '#uploads';
import { checkObject, confirmSeen, refuseOther } from './check-object.js';
import { claimedKind } from './sniff-media.js';
import type { WorkerContext } from '../worker-context.js';

/** Originals up to this many bytes stay in memory: most photos, at a few megabytes per image in progress. */
export const inMemoryMaxBytes = 8_388_608;

/** A checked upload, and the object's bytes if the same request read them. */
export interface FetchedObject {
  upload: ConfirmedUpload;
  bytes: Buffer | null;
}

/**
 * Checks the object as `checkObject` does. To make thumbnails sooner, the same request also reads a small object that claims
 * to be an image, on condition of its ETag and size.
 * @returns null as `checkObject` does
 */
export async function fetchObject(
  worker: WorkerContext,
  landed: Upload,
  signal: AbortSignal,
): Promise<FetchedObject | null> {
  const { imageMaxBytes, objectMaxBytes } = worker.limits;
  const { etag, sizeBytes, mimeType, objectKey } = landed;
  const isSmall =
    Number(sizeBytes) > 0 && Number(sizeBytes) <= Math.min(inMemoryMaxBytes, imageMaxBytes, objectMaxBytes);
  if (!isSmall || etag === null || mimeType === null || claimedKind(mimeType, objectKey) !== 'image') {
    const upload = await checkObject(worker, landed, signal);
    return upload && { upload, bytes: null };
  }
  const ticket = await findTicketOf(worker.source, landed);
  const heads: ObjectHead[] = [];
  const bytes = await worker.store.read(landed, { etag, sizeBytes: Number(sizeBytes) }, signal, (head) => {
    refuseOther(landed, head, ticket);
    heads.push(head);
  });
  const [head] = heads;
  const upload = head ? await confirmSeen(worker, landed, head) : null;
  return upload && { upload, bytes };
}
