import { type Signal, signal } from '@preact/signals';
import { LandfallProblem } from '@landfall/client/browser';
import { client, session } from '../session/session.js';

/** Number of concurrent requests. */
const atOnce = 4;
const pageSize = 200;

/** The progress of reprocessing all uploads that failed with a code. */
export interface Redo {
  readonly isRunning: boolean;
  readonly asked: number;
  /** Uploads that cannot be reprocessed, for instance because they landed again since. */
  readonly refused: number;
  /** The error that ended it early. */
  readonly problem: unknown;
}

const atRest: Redo = { isRunning: false, asked: 0, refused: 0, problem: null };
/** By code. They continue while other pages are shown. */
const redos = new Map<string, { readonly state: Signal<Redo>; controller: AbortController }>();

export function redoOf(code: string): Signal<Redo> {
  return entryOf(code).state;
}

/** Reprocesses everything that failed with a code and landed after a time, newest first. */
export async function redoAll(code: string, createdAfter: string): Promise<void> {
  const entry = entryOf(code);
  const { state } = entry;
  if (state.peek().isRunning) return;
  entry.controller = new AbortController();
  const { signal } = entry.controller;
  state.value = { ...atRest, isRunning: true };
  const list = client().uploads.list(
    { errorCode: code, createdAfter, fields: ['id'], limit: pageSize },
    { signal },
  );
  const uploads = list[Symbol.asyncIterator]();
  const work = async () => {
    for (let next = await uploads.next(); !next.done; next = await uploads.next()) {
      signal.throwIfAborted();
      const isDone = await isRedone(next.value.id, signal);
      const { asked, refused } = state.peek();
      state.value = {
        ...state.peek(),
        asked: asked + (isDone ? 1 : 0),
        refused: refused + (isDone ? 0 : 1),
      };
    }
  };
  try {
    await Promise.all(Array.from({ length: atOnce }, work));
    state.value = { ...state.peek(), isRunning: false };
  } catch (error) {
    // A stop by the user is not an error. An error aborts the other workers too.
    const problem = signal.aborted ? null : error;
    entry.controller.abort();
    state.value = { ...state.peek(), isRunning: false, problem };
  }
}

export function stopRedo(code: string): void {
  entryOf(code).controller.abort();
}

/** Reprocesses an upload; false if the api refuses it for this upload. */
async function isRedone(id: string, signal: AbortSignal): Promise<boolean> {
  try {
    await client().uploads.reprocess(id, {}, { signal });
    return true;
  } catch (error) {
    if (error instanceof LandfallProblem && error.status >= 400 && error.status < 500 && error.status !== 401)
      return false;
    throw error;
  }
}

function entryOf(code: string) {
  const known = redos.get(code);
  if (known) return known;
  const entry = { state: signal(atRest), controller: new AbortController() };
  redos.set(code, entry);
  return entry;
}

session.subscribe(({ status }) => {
  if (status === 'open') return;
  for (const { controller } of redos.values()) controller.abort();
  redos.clear();
});
