/**
 * Simulates `workers` on separate machines that process chunks in order, each taking the next one when it is free.
 * All times are in milliseconds.
 * @param alone sequential time: until the first chunk begins, and after the last one
 */
export function simulateWorkers(alone: number, chunks: readonly number[], workers: number): number {
  const freeAt = Array.from({ length: workers }, () => 0);
  for (const chunk of chunks) {
    const next = freeAt.indexOf(Math.min(...freeAt));
    freeAt[next] = (freeAt[next] ?? 0) + chunk;
  }
  return alone + Math.max(...freeAt);
}
