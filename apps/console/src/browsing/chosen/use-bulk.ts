import { type Signal, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import pMap from 'p-map';
import { client } from '../../session/session.js';

export type BulkAction = 'reprocess' | 'cancel' | 'delete';

interface Failure {
  readonly id: string;
  readonly problem: unknown;
}

export interface BulkRun {
  readonly action: BulkAction;
  readonly total: number;
  readonly done: number;
  readonly failures: readonly Failure[];
}

/** Limited, so that one user does not monopolise the api. */
const atOnce = 4;

/** Runs an action on many uploads, a few at a time, and reports progress and failures. */
export function useBulk(): {
  run: Signal<BulkRun | null>;
  start: (action: BulkAction, ids: readonly string[]) => void;
} {
  const run = useSignal<BulkRun | null>(null);
  const leaving = useRef(new AbortController());
  useEffect(() => () => leaving.current.abort(), []);

  const start = (action: BulkAction, ids: readonly string[]) => {
    const { signal } = leaving.current;
    run.value = { action, total: ids.length, done: 0, failures: [] };
    const doOne = async (id: string) => {
      let failures: Failure[] = [];
      try {
        if (!signal.aborted) await perform(action, id, signal);
      } catch (problem) {
        failures = [{ id, problem }];
      }
      const before = run.value;
      if (before && !signal.aborted)
        run.value = { ...before, done: before.done + 1, failures: [...before.failures, ...failures] };
    };
    void pMap(ids, doOne, { concurrency: atOnce });
  };
  return { run, start };
}

async function perform(action: BulkAction, id: string, signal: AbortSignal): Promise<void> {
  const { uploads } = client();
  if (action === 'reprocess') await uploads.reprocess(id, {}, { signal });
  else if (action === 'cancel') await uploads.cancel(id, { signal });
  else await uploads.delete(id, { signal });
}
