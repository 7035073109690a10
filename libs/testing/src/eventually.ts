/**
 * Polls `probe` until it returns something other than undefined. For states that another process
 * reaches without announcing them; the limit only ends a failed test.
 */
export async function eventually<T>(
  probe: () => Promise<T | undefined> | T | undefined,
  limitMs = 60_000,
): Promise<T> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    const found = await probe();
    if (found !== undefined) return found;
    if (Date.now() > deadline)
      throw new Error(`did not happen within ${limitMs} ms: ${probe.toString().slice(0, 200)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
