import { LandfallError } from '#runtime';
import { unprovenCallbacks } from './callback-metrics.js';

const windowMs = 60_000;
/** Key URLs are the callers' choice among allowed hosts: no more than these have a count of their own. */
const keyUrlsMax = 64;
/** Of what OSS itself says comes from another bucket than the one it tells of, this share is taken. */
const foreignShare = 0.01;

/**
 * Bounds what strangers can cost: every callback that nobody vouches for makes a row and has OSS asked for the object. Those that
 * OSS's header says come from another bucket have a small count of their own, so that they take nothing from the others.
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
