import { useCallback, useEffect, useRef, useState } from 'preact/hooks';

export interface Loaded<Value> {
  /** The last loaded value, kept during a reload. */
  readonly value: Value | undefined;
  /** The error of the last attempt; null if it succeeded. */
  readonly problem: unknown;
  readonly isLoading: boolean;
  readonly reload: () => void;
}

/**
 * Loads data for a page, again whenever one of `dependencies` changes or `reload` is called. A superseded load is
 * aborted and its result discarded.
 */
export function useLoaded<Value>(
  load: (signal: AbortSignal) => Promise<Value>,
  dependencies: readonly unknown[],
): Loaded<Value> {
  const [state, setState] = useState<Omit<Loaded<Value>, 'reload'>>({
    value: undefined,
    problem: null,
    isLoading: true,
  });
  const [asked, setAsked] = useState(0);
  const latest = useRef(load);
  latest.current = load;
  useEffect(() => {
    const controller = new AbortController();
    setState((before) => ({ ...before, isLoading: true }));
    latest.current(controller.signal).then(
      (value) => {
        if (!controller.signal.aborted) setState({ value, problem: null, isLoading: false });
      },
      (problem: unknown) => {
        if (!controller.signal.aborted) setState((before) => ({ ...before, problem, isLoading: false }));
      },
    );
    return () => controller.abort();
  }, [...dependencies, asked]);
  return { ...state, reload: useCallback(() => setAsked((times) => times + 1), []) };
}
