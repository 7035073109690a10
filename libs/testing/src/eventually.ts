/**
 * Asks again until `probe` gives something other than undefined. For states that another process reaches and does
 * not announce; the limit only ends a test that has failed.
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
