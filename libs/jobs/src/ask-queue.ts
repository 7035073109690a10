import { isLandfallError, LandfallError, withTimeLimit } from '#runtime';

/**
 * Waits for a response of the queue, and translates the errors of its drivers.
 * @param what the detail of the error on timeout
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
