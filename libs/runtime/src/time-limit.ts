import { LandfallError } from './landfall-error.js';
import type { ErrorCode } from './error-table.js';

/** Settles with `work`, or rejects with `code` after `timeoutMs`. The work itself continues: pass it a signal to stop it. */
export async function withTimeLimit<T>(
  work: Promise<T>,
  timeoutMs: number,
  code: ErrorCode,
  detail: string,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new LandfallError(code, `${detail} (limit ${timeoutMs} ms)`)), timeoutMs);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}

/** Waits `ms`, or until the signal aborts. Never rejects. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener('abort', end, { once: true });
  });
}
