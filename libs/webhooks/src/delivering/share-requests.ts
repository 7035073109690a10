/** The share of what is free that one webhook may use. */
const share = 1 / 8;

/**
 * How many requests one webhook may have under way. As webhooks that hang fill the worker up, each of
 * them gets less of what is left, so that there is always room for one that does not (dynamic
 * thresholds, as in the buffers of network switches).
 * @param free requests that the worker may still begin
 */
export function requestsPerWebhook(free: number): number {
  return Math.max(1, Math.floor(free * share));
}
