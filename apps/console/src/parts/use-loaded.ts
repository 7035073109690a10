import { useCallback, useEffect, useRef, useState } from 'preact/hooks';

export interface Loaded<Value> {
  /** The last that came, also while another is on its way. */
  readonly value: Value | undefined;
  /** Why the last try failed; null if it did not. */
  readonly problem: unknown;
  readonly isLoading: boolean;
  readonly reload: () => void;
}

/**
 * Loads what a page shows, again whenever one of `dependencies` changes or `reload` is called. A load that is overtaken by
 * another is aborted, and its answer is not shown.
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
