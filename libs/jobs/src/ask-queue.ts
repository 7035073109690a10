import { isLandfallError, LandfallError, withTimeLimit } from '#runtime';

/**
 * Waits for an answer of the queue. Its drivers fail with words of their own, whatever the reason is.
 * @param what is said when the time is over
 * @throws LandfallError `queue.unavailable`
 */
export async function askQueue<T>(request: Promise<T>, limitMs: number, what: string): Promise<T> {
  try {
    return await withTimeLimit(request, limitMs, 'queue.unavailable', what);
  } catch (error) {
    if (isLandfallError(error)) throw error;
    throw new LandfallError('queue.unavailable', undefined, { cause: error });
  }
}
