import { pause } from '#runtime';

/** Returns a function that lets one caller pass every `everyMs`. */
export function paced(everyMs: number, signal: AbortSignal): () => Promise<void> {
  let nextAt = 0;
  return async () => {
    const now = performance.now();
    const waitMs = nextAt - now;
    nextAt = Math.max(now, nextAt) + everyMs;
    if (waitMs > 0) await pause(waitMs, signal);
  };
}
