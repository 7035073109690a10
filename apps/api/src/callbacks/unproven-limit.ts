import { LandfallError } from '#runtime';
import { unprovenCallbacks } from './callback-metrics.js';

const windowMs = 60_000;
/**
 * Maximum number of key URLs with their own count: callers choose the URLs among the allowed hosts.
 */
const keyUrlsMax = 64;
/**
 * Share of the limit for callbacks that OSS attributes to another bucket than the one in their
 * body.
 */
const foreignShare = 0.01;

/**
 * Bounds the cost of unproven callbacks: each one inserts a row and causes a request to OSS for the
 * object. Callbacks that the OSS header attributes to another bucket have a small count of their
 * own, so that they cannot use up the limit of the others.
 */
export class UnprovenLimit {
  private readonly counts = new Map<string, number>();
  private windowEndsAt = 0;

  constructor(private readonly perMinute: number) {}

  /**
   * @param keyUrl header `x-oss-pub-key-url` of the callback
   * @param isForeign whether header `x-oss-bucket` names another bucket than the body
   * @throws LandfallError callback.unproven_limited
   */
  take(keyUrl: string, isForeign: boolean): void {
    const now = Date.now();
    if (now >= this.windowEndsAt) {
      this.counts.clear();
      this.windowEndsAt = now + windowMs;
    }
    const own = `${isForeign} ${keyUrl}`;
    const kind = this.counts.has(own) || this.counts.size < keyUrlsMax ? own : `${isForeign} others`;
    const count = (this.counts.get(kind) ?? 0) + 1;
    this.counts.set(kind, count);
    const most = isForeign ? Math.ceil(this.perMinute * foreignShare) : this.perMinute;
    unprovenCallbacks.count(count > most ? 'refused' : 'taken');
    if (count > most) {
      throw new LandfallError(
        'callback.unproven_limited',
        `more than ${most} in this minute; use tickets or a secret callback URL, or raise CALLBACK_UNPROVEN_PER_MINUTE`,
      );
    }
  }
}
