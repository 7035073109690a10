import { isDatabaseUnavailable } from '#database';
import { counter, type Logger, pause, toLandfallError } from '#runtime';

const failures = counter(
  'landfall_repair_failures_total',
  'Failed repairs, by error code; they are retried',
  'code',
);

/** How work is repeated; `intervalMs` is the pause between runs. */
export interface Repetition {
  readonly intervalMs: number;
  readonly signal: AbortSignal;
  readonly logger: Logger;
}

/** Repeats `work` until the signal aborts; a failure is logged, counted and retried after the interval. */
export async function repeat(
  work: (signal: AbortSignal) => Promise<void>,
  { intervalMs, signal, logger }: Repetition,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await work(signal);
    } catch (error) {
      if (!signal.aborted) {
        failures.count(isDatabaseUnavailable(error) ? 'database.unavailable' : toLandfallError(error).code);
        logger.warn({ err: error }, 'repair failed; trying again');
      }
    }
    await pause(intervalMs, signal);
  }
}
