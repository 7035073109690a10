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

/** How far our clock and OSS's may be apart, with the time that a callback takes. */
export const clockSkewMs = 15 * 60_000;
/** So long a queue of SMQ keeps an event at most. */
const oldestEventMs = 7 * 24 * 3_600_000;

/**
 * Asks OSS itself for the object before anything is processed, and confirms the landing if it is not yet.
 * @returns null when there is nothing more to do for it: it was merged into another upload, or is gone
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

/** Confirms the landing of an object that was looked at; null as for `checkObject`. */
export async function confirmSeen(
  { source, confirmRules }: WorkerContext,
  upload: Upload,
  head: ObjectHead,
): Promise<ConfirmedUpload | null> {
  return isConfirmed(upload) ? upload : confirmLanding(source, upload.id, head, confirmRules);
}

/**
 * Refuses an object that is not the version that landed: another ETag or size than was told, or stored at another time than it
 * must have been. Who knows our secret callback URL is believed about the time; who brings a ticket can only have stored what came
 * after it; what we found ourselves in the bucket may be of any time. Pure.
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
      `its ETag is ${head.etag}, the ${upload.source} said ${upload.etag}`,
    );
  if (upload.sizeBytes !== null && head.sizeBytes !== Number(upload.sizeBytes)) {
    throw new LandfallError(
      'object.size_mismatch',
      `it has ${head.sizeBytes} bytes, the ${upload.source} said ${upload.sizeBytes}`,
    );
  }
  if (isConfirmed(upload) || upload.proof === 'url' || upload.source === 'reconcile') return;
  const storedAt = head.lastModified.getTime();
  const delayMs = upload.source === 'event' && !ticket ? oldestEventMs : 0;
  const notBefore = (ticket ?? upload).createdAt.getTime() - delayMs - clockSkewMs;
  // Whether OSS dates a multipart object from its first part or its completion is not confirmed; its ETag ends with the count.
  if (storedAt < notBefore && !/-\d+$/.test(head.etag)) {
    throw new LandfallError(
      'object.unconfirmed',
      `OSS has stored it at ${head.lastModified.toISOString()}, long before ${ticket ? 'the ticket was issued' : `the ${upload.source} came`}; it is no new upload, or our clock is wrong`,
    );
  }
  if (upload.etag === null && storedAt > upload.createdAt.getTime() + clockSkewMs) {
    throw new LandfallError(
      'object.changed',
      `OSS has stored it at ${head.lastModified.toISOString()}, long after the ${upload.source} came`,
    );
  }
}

/** @throws LandfallError object.empty, object.too_large */
export function refuseSize({ objectKey, sizeBytes }: ConfirmedUpload, objectMaxBytes: number): void {
  if (sizeBytes === '0') throw new LandfallError('object.empty', objectKey);
  if (Number(sizeBytes) > objectMaxBytes)
    throw new LandfallError('object.too_large', `${sizeBytes} bytes; MEDIA_MAX_BYTES is ${objectMaxBytes}`);
}

/** Consoles and SDKs of OSS show folders by empty objects whose key ends with a slash. */
export function isFolderMarker({ objectKey, sizeBytes }: ConfirmedUpload): boolean {
  return objectKey.endsWith('/') && sizeBytes === '0';
}
