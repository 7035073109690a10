/** By how much a delay differs at most, so that what failed together does not come back together. */
const jitter = 0.1;

/**
 * Seconds until a delivery is tried again; null after the last attempt of the schedule.
 * @param attempts how many were made
 * @param retryAfterS what the receiver asked for, which prolongs the wait and never shortens it
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
