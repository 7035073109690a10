const part = 1 / 8;

/**
 * The number of requests that a worker may start at once, which also bounds the requests in flight per webhook. As
 * hanging webhooks fill up the worker, each gets a smaller share of the remaining capacity, so there is always room for
 * healthy ones (dynamic thresholds, as in switch buffers). This requires that a worker never starts more than that
 * before it computes the share anew.
 * @param free requests that the worker can still start
 */
export function shareOf(free: number): number {
  return Math.max(1, Math.floor(free * part));
}
