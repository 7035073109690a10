import { useState } from 'preact/hooks';

/** State of a button's action: it runs only once at a time, and its error is kept. */
export function useAction(): {
  readonly isBusy: boolean;
  readonly problem: unknown;
  readonly run: (work: () => Promise<void>) => Promise<void>;
} {
  const [isBusy, setIsBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const run = async (work: () => Promise<void>) => {
    if (isBusy) return;
    setIsBusy(true);
    setProblem(null);
    try {
      await work();
    } catch (error) {
      setProblem(error);
    } finally {
      setIsBusy(false);
    }
  };
  return { isBusy, problem, run };
}
