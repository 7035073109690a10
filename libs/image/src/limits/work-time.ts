import { LandfallError } from '#runtime';

/**
 * Bounds the image work of one call. Only the waits for sharp count: a slow upload of a finished rendition by the
 * caller must not make an image fail for good.
 */
export class WorkTime {
  #leftMs: number;

  constructor(
    private readonly limitMs: number,
    private readonly signal: AbortSignal,
  ) {
    this.#leftMs = limitMs;
  }

  /** For sharp's own time limit, which ends abandoned work. Whole seconds, rounded up. */
  get leftSeconds(): number {
    return Math.min(3600, Math.max(1, Math.ceil(this.#leftMs / 1000)));
  }

  /** Settles with `work`; rejects with media.timed_out when the time is up, or with the signal's reason. */
  async wait<T>(work: Promise<T>): Promise<T> {
    const stopped = Promise.withResolvers<never>();
    const abort = () => stopped.reject(this.signal.reason);
    const expire = () =>
      stopped.reject(
        new LandfallError(
          'media.timed_out',
          `the limit is ${this.limitMs} ms; send a smaller or simpler image`,
        ),
      );
    if (this.signal.aborted) abort();
    this.signal.addEventListener('abort', abort, { once: true });
    const timer = setTimeout(expire, Math.max(0, this.#leftMs));
    const startedAt = performance.now();
    try {
      return await Promise.race([stopped.promise, work]);
    } finally {
      this.#leftMs -= performance.now() - startedAt;
      clearTimeout(timer);
      this.signal.removeEventListener('abort', abort);
    }
  }
}

/** Work that is awaited later: should it fail before that, the process must not take it for an unhandled rejection. */
export function startEarly<T>(work: Promise<T>): Promise<T> {
  work.catch(() => undefined);
  return work;
}
