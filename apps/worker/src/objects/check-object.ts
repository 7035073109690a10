import { LandfallError } from '#runtime';
import type { ObjectHead } from '#media';
import {
  type ConfirmedUpload,
  confirmLanding,
  findTicketOf,
  isConfirmed,
  type Ticket,
  type Upload,
} from '#uploads';
import type { WorkerContext } from '../worker-context.js';

/** Tolerated clock skew between us and OSS, including the time a callback takes. */
export const clockSkewMs = 15 * 60_000;
/** The longest that an SMQ queue keeps an event. */
const oldestEventMs = 7 * 24 * 3_600_000;

/**
 * Checks the object with a HEAD request to OSS, and confirms the landing if it is unconfirmed.
 * @returns null if nothing is left to do: the upload was merged into another, or is gone
 * @throws LandfallError object.missing, object.changed, object.size_mismatch, object.unconfirmed, ticket.used
 */
export async function checkObject(
  worker: WorkerContext,
  upload: Upload,
  signal: AbortSignal,
): Promise<ConfirmedUpload | null> {
  const ticket = await findTicketOf(worker.source, upload);
  const head = await worker.store.head(upload, signal);
  refuseOther(upload, head, ticket);
  return confirmSeen(worker, upload, head);
}

/** Confirms the landing of an object whose head is known; null as for `checkObject`. */
export async function confirmSeen(
  { source, confirmRules }: WorkerContext,
  upload: Upload,
  head: ObjectHead,
): Promise<ConfirmedUpload | null> {
  return isConfirmed(upload) ? upload : confirmLanding(source, upload.id, head, confirmRules);
}

/**
 * Refuses an object that is not the version that landed: its ETag or size differs from the reported one, or its Last-Modified
 * does not fit the landing. A callback to our secret URL is trusted about the time; an object with a ticket must be stored
 * after the ticket was issued; one found by reconcile may be of any age. Pure.
 * @throws LandfallError object.changed, object.size_mismatch, object.unconfirmed
 */
export function refuseOther(
  upload: Upload,
  head: ObjectHead,
  ticket: Pick<Ticket, 'createdAt'> | null,
): void {
  if (upload.etag !== null && head.etag !== upload.etag)
    throw new LandfallError(
      'object.changed',
      `its ETag is ${head.etag}, but the ${upload.source} reported ${upload.etag}`,
    );
  if (upload.sizeBytes !== null && head.sizeBytes !== Number(upload.sizeBytes)) {
    throw new LandfallError(
      'object.size_mismatch',
      `it has ${head.sizeBytes} bytes, but the ${upload.source} reported ${upload.sizeBytes}`,
    );
  }
  if (isConfirmed(upload) || upload.proof === 'url' || upload.source === 'reconcile') return;
  const storedAt = head.lastModified.getTime();
  const delayMs = upload.source === 'event' && !ticket ? oldestEventMs : 0;
  const notBefore = (ticket ?? upload).createdAt.getTime() - delayMs - clockSkewMs;
  // Multipart objects (the ETag ends with the part count) are exempt: OSS may date them from the first part or completion.
  if (storedAt < notBefore && !/-\d+$/.test(head.etag)) {
    throw new LandfallError(
      'object.unconfirmed',
      `OSS stored it at ${head.lastModified.toISOString()}, long before ${ticket ? 'the ticket was issued' : `the ${upload.source} arrived`}; it is not a new upload, or our clock is wrong`,
    );
  }
  if (upload.etag === null && storedAt > upload.createdAt.getTime() + clockSkewMs) {
    throw new LandfallError(
      'object.changed',
      `OSS stored it at ${head.lastModified.toISOString()}, long after the ${upload.source} arrived`,
    );
  }
}

/** @throws LandfallError object.empty, object.too_large */
export function refuseSize({ objectKey, sizeBytes }: ConfirmedUpload, objectMaxBytes: number): void {
  if (sizeBytes === '0') throw new LandfallError('object.empty', objectKey);
  if (Number(sizeBytes) > objectMaxBytes)
    throw new LandfallError('object.too_large', `${sizeBytes} bytes; MEDIA_MAX_BYTES is ${objectMaxBytes}`);
}

/** OSS consoles and SDKs represent folders as empty objects whose key ends with a slash. */
export function isFolderMarker({ objectKey, sizeBytes }: ConfirmedUpload): boolean {
  return objectKey.endsWith('/') && sizeBytes === '0';
}
