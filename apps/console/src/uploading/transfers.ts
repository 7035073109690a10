import { effect, signal, untracked } from '@preact/signals';
import { uploadWithTicket } from '@landfall/client/browser';
import { client, session } from '../session/session.js';
import type { ChosenFile } from './chosen-files.js';
import { follow, followTicket, forgetAll } from './follow-uploads.js';
import { requestFor } from './options.js';
import { countTotals, type Totals, type Transfer, type TransferState } from './transfer.js';

/** So many are sent at once: more would only share the same line. */
const atOnce = 4;
/** How often the totals are counted, however many files move. */
const countedEveryMs = 200;

/** All files of this session, in the order in which they were chosen. They outlive the page that shows them. */
export const transfers = signal<readonly Transfer[]>([]);
export const totals = signal<Totals>(countTotals([]));
/** Whether all are held back. */
export const isHeld = signal(false);

const waiting = new Set<Transfer>();
const sending = new Map<Transfer, AbortController>();
let lastId = 0;
let counting: ReturnType<typeof setTimeout> | undefined;

/** Queues files, with the pipeline and the vars that are chosen now. */
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

/** Stops sending one; what was sent of it is lost, since a ticket is good for one whole request. */
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

/** Holds everything back that OSS does not have whole. */
export function holdAll(): void {
  isHeld.value = true;
  for (const transfer of sending.keys())
    if (transfer.state.peek().step === 'sending') {
      stop(transfer);
      setState(transfer, { step: 'waiting' });
    }
}

/** Goes on with all, also with those that were paused one by one. */
export function releaseAll(): void {
  isHeld.value = false;
  for (const transfer of transfers.peek()) resume(transfer);
  sendNext();
}

/** Takes one out that OSS does not have yet. */
export function cancel(transfer: Transfer): void {
  stop(transfer);
  waiting.delete(transfer);
  transfers.value = transfers.value.filter((other) => other !== transfer);
  count();
  sendNext();
}

/** Sends again what OSS did not take, and has made again what failed after that. */
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

/** Tries all that failed again, one after the other where the api is asked. */
export async function retryAll(): Promise<void> {
  for (const transfer of transfers.peek()) await retry(transfer);
}

/** Takes out of the list what is done. */
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
      // The form around the file counts too: its last bytes are the file's.
      onProgress: ({ sentBytes, totalBytes }) =>
        setState(transfer, sentBytes < totalBytes ? { step: 'sending', sentBytes } : { step: 'confirming' }),
    });
    if (uploadId === null) followTicket(transfer, ticketId, setState);
    else follow(transfer, uploadId, setState);
  } catch (error) {
    // Whoever stopped it has said what it is now.
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

// Whoever logs out takes the files along; a key that is refused only holds them back, until there is another.
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
