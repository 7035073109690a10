import { LandfallError } from '#runtime';

/**
 * Limits the time that one call spends on image work. Only waits for sharp and the decoders count, so a slow upload of
 * a finished rendition by the caller does not fail the image.
 */
export class WorkTime {
  #leftMs: number;

  constructor(
    private readonly limitMs: number,
    private readonly signal: AbortSignal,
  ) {
    this.#leftMs = limitMs;
  }

  /** The remaining time for sharp's own timeout, which also stops abandoned work; whole seconds, rounded up, 1 to 3600. */
  get leftSeconds(): number {
    return Math.min(3600, Math.max(1, Math.ceil(this.#leftMs / 1000)));
  }

  /** Settles with `work`; rejects with media.timed_out when the time is up, or with the signal's reason on abort. */
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

/** Marks work that is awaited later as handled, so that an early failure is not reported as an unhandled rejection. */
export function startEarly<T>(work: Promise<T>): Promise<T> {
  work.catch(() => undefined);
  return work;
}
