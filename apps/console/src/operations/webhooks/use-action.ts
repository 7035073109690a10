import { useState } from 'preact/hooks';

/** What a button does: once at a time, and with why it failed. */
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
