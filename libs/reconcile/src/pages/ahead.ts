/**
 * Fetches the next item while the last one is worked on. Ends without an error when the signal aborts, whatever that interrupts.
 */
export async function* ahead<T>(items: AsyncGenerator<T>, signal: AbortSignal): AsyncGenerator<T> {
  try {
    let next = items.next();
    while (!signal.aborted) {
      const { done, value } = await next;
      if (done) return;
      next = items.next();
      // Heard of when it is its turn.
      next.catch(() => undefined);
      yield value;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    await items.return(undefined);
  }
}
