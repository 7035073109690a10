import { LandfallError, toLandfallError } from '#runtime';
import { lifecycleLimits, type Upload } from '#uploads';

const { crashesMax, retryWindowMs } = lifecycleLimits;

/**
 * Refuses work that keeps killing workers. Runs that end normally are uncounted: what is left died or is still running.
 * @throws LandfallError upload.attempts_exhausted
 */
export function refuseCrashing(runs: number, what: string): void {
  if (runs > crashesMax)
    throw new LandfallError('upload.attempts_exhausted', `${runs - 1} workers died while processing ${what}`);
}

/** Replaces a retryable error by a permanent one once the retry window is over; returns other errors as they are. */
export function endRetryWindow(error: unknown, { reprocessingSince, createdAt }: Upload): unknown {
  const failure = toLandfallError(error);
  const ageMs = Date.now() - (reprocessingSince ?? createdAt).getTime();
  if (!failure.retryable || ageMs < retryWindowMs) return error;
  return new LandfallError('upload.timed_out', `retried for a day; the last error: ${failure.message}`, {
    cause: error,
  });
}
