import { effect, signal, untracked } from '@preact/signals';
import { uploadWithTicket } from '@landfall/client/browser';
import { client, session } from '../session/session.js';
import type { ChosenFile } from './chosen-files.js';
import { follow, followTicket, forgetAll } from './follow-uploads.js';
import { requestFor } from './options.js';
import { countTotals, type Totals, type Transfer, type TransferState } from './transfer.js';

/** Number of concurrent uploads; more would only share the same bandwidth. */
const atOnce = 4;
/** Interval for updating the totals. */
const countedEveryMs = 200;

/** All files of this session, in the order in which they were chosen. They outlive the page that shows them. */
export const transfers = signal<readonly Transfer[]>([]);
export const totals = signal<Totals>(countTotals([]));
/** Whether all transfers are on hold. */
export const isHeld = signal(false);

const waiting = new Set<Transfer>();
const sending = new Map<Transfer, AbortController>();
let lastId = 0;
let counting: ReturnType<typeof setTimeout> | undefined;

/** Queues files with the currently chosen pipeline and vars. */
export function addFiles(files: readonly ChosenFile[]): void {
  const added = files.map(({ file, path }): Transfer => {
    lastId += 1;
    return {
      id: lastId,
      file,
      path,
      request: requestFor(file),
      state: signal<TransferState>({ step: 'waiting' }),
    };
  });
  transfers.value = [...transfers.value, ...added];
  for (const transfer of added) waiting.add(transfer);
  count();
  sendNext();
}

/** Pauses a transfer. Bytes sent so far are lost, since a ticket permits one request for the whole file. */
export function pause(transfer: Transfer): void {
  const { step } = transfer.state.peek();
  if (step !== 'waiting' && step !== 'sending') return;
  stop(transfer);
  setState(transfer, { step: 'paused' });
  sendNext();
}

export function resume(transfer: Transfer): void {
  if (transfer.state.peek().step !== 'paused') return;
  setState(transfer, { step: 'waiting' });
  sendNext();
}

/** Puts everything on hold that has not been sent completely. */
export function holdAll(): void {
  isHeld.value = true;
  for (const transfer of sending.keys())
    if (transfer.state.peek().step === 'sending') {
      stop(transfer);
      setState(transfer, { step: 'waiting' });
    }
}

/** Resumes all transfers, including those paused individually. */
export function releaseAll(): void {
  isHeld.value = false;
  for (const transfer of transfers.peek()) resume(transfer);
  sendNext();
}

/** Removes a transfer that OSS has not stored yet. */
export function cancel(transfer: Transfer): void {
  stop(transfer);
  waiting.delete(transfer);
  transfers.value = transfers.value.filter((other) => other !== transfer);
  count();
  sendNext();
}

/** Sends the file again if OSS has not stored it; otherwise reprocesses the upload. */
export async function retry(transfer: Transfer): Promise<void> {
  const state = transfer.state.peek();
  if (state.step !== 'failed') return;
  if (state.uploadId === null) {
    setState(transfer, { step: 'waiting' });
    return sendNext();
  }
  const { uploadId } = state;
  setState(transfer, { step: 'processing', uploadId, made: 0, planned: 0 });
  try {
    await client().uploads.reprocess(uploadId);
    follow(transfer, uploadId, setState);
  } catch (error) {
    setState(transfer, { ...failureOf(error), uploadId });
  }
}

/** Retries all failed transfers, one after another. */
export async function retryAll(): Promise<void> {
  for (const transfer of transfers.peek()) await retry(transfer);
}

/** Removes finished transfers from the list. */
export function clearDone(): void {
  const isDone = ({ state }: Transfer) => ['ready', 'ignored', 'deleted'].includes(state.peek().step);
  transfers.value = transfers.value.filter((transfer) => !isDone(transfer));
  count();
}

function sendNext(): void {
  if (isHeld.peek() || session.peek().status !== 'open') return;
  for (const transfer of waiting) {
    if (sending.size >= atOnce) return;
    void send(transfer);
  }
}

async function send(transfer: Transfer): Promise<void> {
  const controller = new AbortController();
  const { signal } = controller;
  sending.set(transfer, controller);
  setState(transfer, { step: 'sending', sentBytes: 0 });
  try {
    const ticket = await client().tickets.issue(transfer.request, { signal });
    const { uploadId, ticketId } = await uploadWithTicket(transfer.file, ticket, {
      signal,
      // The form around the file counts as well, but its last bytes are the file's.
      onProgress: ({ sentBytes, totalBytes }) =>
        setState(transfer, sentBytes < totalBytes ? { step: 'sending', sentBytes } : { step: 'confirming' }),
    });
    if (uploadId === null) followTicket(transfer, ticketId, setState);
    else follow(transfer, uploadId, setState);
  } catch (error) {
    // If it was stopped, its state has already been set.
    if (!signal.aborted) setState(transfer, { ...failureOf(error), uploadId: null });
  } finally {
    if (sending.get(transfer) === controller) sending.delete(transfer);
    sendNext();
  }
}

function stop(transfer: Transfer): void {
  const controller = sending.get(transfer);
  sending.delete(transfer);
  controller?.abort();
}

function setState(transfer: Transfer, state: TransferState): void {
  transfer.state.value = state;
  if (state.step === 'waiting') waiting.add(transfer);
  else waiting.delete(transfer);
  count();
}

function failureOf(error: unknown) {
  const message = error instanceof Error ? error.message : String(error);
  return { step: 'failed' as const, code: null, message };
}

function count(): void {
  counting ??= setTimeout(() => {
    counting = undefined;
    totals.value = countTotals(transfers.peek());
  }, countedEveryMs);
}

// Logging out discards all transfers; a refused key only puts them on hold until the next login.
effect(() => {
  const ended = session.value;
  if (ended.status === 'open') return;
  untracked(() => {
    holdAll();
    if (ended.reason !== 'left') return;
    for (const transfer of transfers.peek()) stop(transfer);
    waiting.clear();
    forgetAll();
    transfers.value = [];
    isHeld.value = false;
    count();
  });
});

const askBeforeLeaving = (event: BeforeUnloadEvent) => event.preventDefault();
effect(() => {
  const { waiting, sending } = totals.value.files;
  if (waiting + sending > 0) addEventListener('beforeunload', askBeforeLeaving);
  else removeEventListener('beforeunload', askBeforeLeaving);
});
