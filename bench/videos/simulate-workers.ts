/**
 * How long it takes when as many workers, each on a machine of its own, take chunks in their order, each the next one as soon as
 * it is free. All times are milliseconds.
 * @param alone what nobody helps with: until the first chunk begins, and after the last one
 */
export function simulateWorkers(alone: number, chunks: readonly number[], workers: number): number {
  const freeAt = Array.from({ length: workers }, () => 0);
  for (const chunk of chunks) {
    const next = freeAt.indexOf(Math.min(...freeAt));
    freeAt[next] = (freeAt[next] ?? 0) + chunk;
  }
  return alone + Math.max(...freeAt);
}
