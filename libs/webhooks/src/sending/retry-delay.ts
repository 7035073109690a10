/** Maximum relative jitter, so that deliveries that failed together are not retried together. */
const jitter = 0.1;

/**
 * Seconds until the next attempt; null after the last attempt of the schedule.
 * @param attempts number of attempts made
 * @param retryAfterS requested by the receiver; prolongs the delay, never shortens it
 */
export function retryDelayS(
  schedule: readonly number[],
  attempts: number,
  retryAfterS: number | null,
  random: () => number = Math.random,
): number | null {
  const delayS = schedule[attempts - 1];
  if (delayS === undefined) return null;
  return Math.max(delayS * (1 - jitter + 2 * jitter * random()), retryAfterS ?? 0);
}
