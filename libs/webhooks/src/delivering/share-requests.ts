const part = 1 / 8;

/**
 * How many requests a worker may begin at once, and how many one webhook may have under way. As
 * webhooks that hang fill the worker up, each of them gets less of what is left, so that there is
 * always room for one that does not (dynamic thresholds, as in the buffers of network switches). That
 * holds because a worker begins no more at once either: then it looks at what is left anew.
 * @param free requests that the worker may still begin
 */
export function shareOf(free: number): number {
  return Math.max(1, Math.floor(free * part));
}
