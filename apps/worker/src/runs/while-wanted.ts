import type { JobContext } from '#jobs';
import { pause } from '#runtime';

/** How often a running job shows how far it is, and looks whether it is still wanted: whoever cancels waits for it. */
const renewEveryMs = 500;

/**
 * Works until the work is done or `renew` says that nobody wants it any more; the work's signal aborts then, and what it
 * throws is no failure. A database that is away for a moment ends nothing.
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
        logger.debug({ err: error }, 'cannot renew the progress of a job');
        return true;
      });
      if (!isWanted) return unwanted.abort(new Error('nobody wants it any more'));
    }
  };
  const watching = watch();
  try {
    return await work(AbortSignal.any([signal, unwanted.signal]));
  } catch (error) {
    if (!unwanted.signal.aborted || signal.aborted) throw error;
    logger.info('stopped: nobody wants it any more');
    return null;
  } finally {
    ended.abort();
    await watching;
  }
}
