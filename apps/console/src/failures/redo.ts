import { type Signal, signal } from '@preact/signals';
import { LandfallProblem } from '@landfall/client/browser';
import { client, session } from '../session/session.js';

/** How many uploads are asked for at once. */
const atOnce = 4;
const pageSize = 200;

/** How far all uploads of a code are made again. */
export interface Redo {
  readonly isRunning: boolean;
  readonly asked: number;
  /** Those that cannot be made again, such as one that landed again since. */
  readonly refused: number;
  /** What ended it early. */
  readonly problem: unknown;
}

const atRest: Redo = { isRunning: false, asked: 0, refused: 0, problem: null };
/** By code; they go on while other pages are shown. */
const redos = new Map<string, { readonly state: Signal<Redo>; controller: AbortController }>();

export function redoOf(code: string): Signal<Redo> {
  return entryOf(code).state;
}

/** Has everything made again that failed with a code and landed after a time, newest first. */
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
    // Stopped by its reader is no problem; the others of the four stop too.
    const problem = signal.aborted ? null : error;
    entry.controller.abort();
    state.value = { ...state.peek(), isRunning: false, problem };
  }
}

export function stopRedo(code: string): void {
  entryOf(code).controller.abort();
}

/** False for an upload that cannot be made again. */
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
