import { isLandfallError } from '#runtime';
import {
  endFollowUp,
  selectUnknown,
  takeFollowUps,
  type Ticket,
  ticketLanding,
  type UploadRegistry,
} from '#uploads';
import pMap from 'p-map';
import type { WorkerContext } from '../worker-context.js';

/** Tickets per page, and concurrent requests to OSS: low, since this is not urgent. */
const pageSize = 100;
const requestsAtOnce = 4;

/** Last-Modified has a resolution of one second. */
const secondMs = 1_000;

/**
 * Asks OSS for the objects of tickets whose callback is overdue, and registers those that exist, with the vars and pipeline
 * of the ticket.
 * @returns how many uploads were found
 */
export async function followUpTickets(
  worker: WorkerContext,
  registry: UploadRegistry,
  signal: AbortSignal,
): Promise<number> {
  let found = 0;
  for (let hasMore = true; hasMore && !signal.aborted;) {
    const page = await takeFollowUps(worker.source, pageSize);
    const ends = await pMap(page.tickets, (ticket) => followUpTicket(worker, ticket, { registry, signal }), {
      concurrency: requestsAtOnce,
      signal,
      // One object that OSS does not answer for must not hold up the others.
      stopOnError: false,
    });
    found += ends.filter(Boolean).length;
    hasMore = page.hasMore;
  }
  return found;
}

/** @returns whether it found an upload that no message had reported */
async function followUpTicket(
  { source, store }: WorkerContext,
  ticket: Ticket,
  { registry, signal }: { registry: UploadRegistry; signal: AbortSignal },
): Promise<boolean> {
  const { id, bucket, objectKey } = ticket;
  const head = await store.head(ticket, signal).catch((error: unknown) => {
    if (isLandfallError(error, 'object.missing')) return null;
    throw error;
  });
  // An object stored before the ticket was issued belongs to another upload.
  const storedAt = head === null ? 0 : head.lastModified.getTime() + head.clockAheadMs + secondMs;
  const isOwn = storedAt >= ticket.createdAt.getTime();
  const [unknown] = head && isOwn ? await selectUnknown(source, bucket, [{ objectKey, ...head }]) : [];
  if (unknown) await registry.register(ticketLanding(id, { bucket, ...unknown }));
  await endFollowUp(source, ticket, { isThere: isOwn, now: new Date() });
  return unknown !== undefined;
}
