import { signal } from '@preact/signals';
import type { PartialUpload, StreamedEvent } from '@landfall/client/browser';
import { client, session } from '../session/session.js';
import type { Transfer, TransferState } from './transfer.js';

type Tell = (transfer: Transfer, state: TransferState) => void;
interface Followed {
  readonly transfer: Transfer;
  readonly tell: Tell;
}

/**
 * Poll interval for uploads with news. On every `allEvery`th tick all uploads are polled, since events may be missed
 * while another page is shown.
 */
const askedEveryMs = 1_000;
const allEvery = 15;
/** The maximum page size of the api. */
const idsMax = 100;
/** Tickets polled at a time; each needs its own request. */
const ticketsMax = 4;

/** The error of the last poll; null if it succeeded. Polling continues. */
export const followProblem = signal<unknown>(null);

const uploads = new Map<string, Followed>();
const news = new Set<string>();
const tickets = new Map<string, Followed>();
let timer: ReturnType<typeof setInterval> | undefined;
let ticks = 0;
let isAsking = false;

/** Reports the state of an upload until it is finished. */
export function follow(transfer: Transfer, uploadId: string, tell: Tell): void {
  tell(transfer, { step: 'processing', uploadId, made: 0, planned: 0 });
  uploads.set(uploadId, { transfer, tell });
  // It may already have changed before the response arrived.
  news.add(uploadId);
  timer ??= setInterval(() => void ask(), askedEveryMs);
}

/** Waits until Landfall has found the object of a ticket, then follows its upload. */
export function followTicket(transfer: Transfer, ticketId: string, tell: Tell): void {
  tell(transfer, { step: 'unconfirmed', ticketId });
  tickets.set(ticketId, { transfer, tell });
  timer ??= setInterval(() => void ask(), askedEveryMs);
}

/** Uses events as hints which uploads to poll. */
export function noteEvents(events: readonly StreamedEvent[]): void {
  for (const event of events)
    if (event.uploadId !== null && uploads.has(event.uploadId)) news.add(event.uploadId);
}

/** Stops following everything. */
export function forgetAll(): void {
  uploads.clear();
  news.clear();
  tickets.clear();
}

async function ask(): Promise<void> {
  if (isAsking || session.peek().status !== 'open') return;
  isAsking = true;
  ticks += 1;
  try {
    if (ticks % allEvery === 0) for (const id of uploads.keys()) news.add(id);
    await askUploads();
    await askTickets();
    followProblem.value = null;
  } catch (error) {
    followProblem.value = error;
  } finally {
    isAsking = false;
    if (uploads.size + tickets.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  }
}

async function askUploads(): Promise<void> {
  const ids = [...news].slice(0, idsMax);
  if (ids.length === 0) return;
  const list = client().uploads.list({ ids, fields: ['status', 'error', 'renditions'] });
  const { value: page } = await list.pages().next();
  if (!page) return;
  const { items, missing = [] } = page;
  const absent = new Set(missing);
  const found = ids.filter((id) => !absent.has(id));
  for (const id of ids) news.delete(id);
  // Their rows are gone: they were deleted long enough ago.
  for (const id of absent) {
    const followed = uploads.get(id);
    uploads.delete(id);
    followed?.tell(followed.transfer, { step: 'deleted', uploadId: id, made: 0, thumbnailUrl: null });
  }
  for (const [index, upload] of items.entries()) {
    const id = found[index] ?? upload.id;
    const followed = uploads.get(id);
    if (!followed) continue;
    uploads.delete(id);
    const state = stateOf(upload);
    followed.tell(followed.transfer, state);
    // An upload that was merged into another continues under the other's id.
    if (state.step === 'processing') uploads.set(upload.id, followed);
  }
}

async function askTickets(): Promise<void> {
  for (const [ticketId, { transfer, tell }] of [...tickets].slice(0, ticketsMax)) {
    // Moved to the end, so that the others get their turn, even if this one fails.
    tickets.delete(ticketId);
    tickets.set(ticketId, { transfer, tell });
    const { uploadId } = await client().tickets.get(ticketId);
    if (uploadId === null) continue;
    tickets.delete(ticketId);
    follow(transfer, uploadId, tell);
  }
}

function stateOf({ id, status, error, renditions = [] }: PartialUpload): TransferState {
  const made = renditions.filter((rendition) => rendition.status === 'ready');
  if (status === 'failed')
    return { step: 'failed', uploadId: id, code: error?.code ?? null, message: error?.message ?? '' };
  if (status === 'ready' || status === 'ignored' || status === 'deleted') {
    const [smallest] = made
      .filter(({ kind, url }) => kind === 'image' && url !== null)
      .toSorted((one, other) => (one.width ?? 0) - (other.width ?? 0));
    return { step: status, uploadId: id, made: made.length, thumbnailUrl: smallest?.url ?? null };
  }
  return { step: 'processing', uploadId: id, made: made.length, planned: renditions.length };
}
