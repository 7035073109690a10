import type { JobContext } from '#jobs';
import { pause } from '#runtime';

/** How often a running job records its progress and checks whether it is still wanted; a cancellation takes that long. */
const renewEveryMs = 500;

/**
 * Runs `work` until it is done or `renew` returns false: the signal then aborts, and an error of the work is not a failure.
 * If `renew` fails, e.g. in a brief database outage, the work continues.
 * @returns what the work returned; null when it was stopped
 */
export async function whileWanted<T>(
  renew: () => Promise<boolean>,
  { signal, logger }: JobContext,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T | null> {
  const unwanted = new AbortController();
  const ended = new AbortController();
  const watch = async () => {
    for (;;) {
      await pause(renewEveryMs, ended.signal);
      if (ended.signal.aborted) return;
      const isWanted = await renew().catch((error: unknown) => {
        logger.debug({ err: error }, 'cannot record the progress of a job');
        return true;
      });
      if (!isWanted) return unwanted.abort(new Error('the work is no longer wanted'));
    }
  };
  const watching = watch();
  try {
    return await work(AbortSignal.any([signal, unwanted.signal]));
  } catch (error) {
    if (!unwanted.signal.aborted || signal.aborted) throw error;
    logger.info('stopped: the work is no longer wanted');
    return null;
  } finally {
    ended.abort();
    await watching;
  }
}
