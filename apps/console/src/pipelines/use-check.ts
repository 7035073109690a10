import type { PipelinesCheck } from '@landfall/client/browser';
import { useEffect, useState } from 'preact/hooks';
import { client } from '../session/session.js';

/** Debounce time before a text is checked. */
const quietMs = 300;

export interface Checked {
  /** The result for the current text; null until it is checked. */
  readonly check: PipelinesCheck | null;
  readonly problem: unknown;
}

/** Checks a text shortly after it has changed. */
export function useCheck(text: string): Checked {
  const [said, setSaid] = useState<Checked & { of: string }>({ of: '', check: null, problem: null });
  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    const timer = setTimeout(() => {
      client()
        .pipelines.check(text, { signal })
        .then(
          (check) => setSaid({ of: text, check, problem: null }),
          (problem: unknown) => {
            if (!signal.aborted) setSaid({ of: text, check: null, problem });
          },
        );
    }, quietMs);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [text]);
  return said.of === text ? said : { check: null, problem: null };
}
