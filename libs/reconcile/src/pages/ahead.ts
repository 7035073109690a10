/**
 * Prefetches the next item while the current one is processed. Ends without an error when the signal aborts, even if
 * that interrupts a fetch.
 */
export async function* ahead<T>(items: AsyncGenerator<T>, signal: AbortSignal): AsyncGenerator<T> {
  try {
    let next = items.next();
    while (!signal.aborted) {
      const { done, value } = await next;
      if (done) return;
      next = items.next();
      // Its error is handled when it is awaited.
      next.catch(() => undefined);
      yield value;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    await items.return(undefined);
  }
}
