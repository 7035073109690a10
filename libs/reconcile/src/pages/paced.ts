import { pause } from '#runtime';

/** Makes a wait that lets through one caller in `everyMs`. */
export function paced(everyMs: number, signal: AbortSignal): () => Promise<void> {
  let nextAt = 0;
  return async () => {
    const now = performance.now();
    const waitMs = nextAt - now;
    nextAt = Math.max(now, nextAt) + everyMs;
    if (waitMs > 0) await pause(waitMs, signal);
  };
}
