import { LandfallError, toLandfallError } from '#runtime';
import { lifecycleLimits, type Upload } from '#uploads';

const { crashesMax, retryWindowMs } = lifecycleLimits;

/**
 * Refuses what keeps killing workers: a run that ends in order is not counted, so that each one that is counted died.
 * @throws LandfallError upload.attempts_exhausted
 */
export function refuseCrashing(runs: number, what: string): void {
  if (runs > crashesMax)
    throw new LandfallError('upload.attempts_exhausted', `${runs - 1} workers died on ${what}`);
}

/** What may pass is tried again and again, but not for ever: after the retry window it is a failure for good. */
export function endRetryWindow(error: unknown, { reprocessingSince, createdAt }: Upload): unknown {
  const failure = toLandfallError(error);
  const ageMs = Date.now() - (reprocessingSince ?? createdAt).getTime();
  if (!failure.retryable || ageMs < retryWindowMs) return error;
  return new LandfallError('upload.timed_out', `tried for a day; the last time: ${failure.message}`, {
    cause: error,
  });
}
