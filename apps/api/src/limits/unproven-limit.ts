import { type ErrorCode, type EventCounter, LandfallError } from '#runtime';

const windowMs = 60_000;
/** Maximum number of senders with their own count: callers choose the key URLs among the allowed hosts. */
const sendersMax = 64;
/** Share of the limit for callbacks that OSS attributes to another bucket than the one in their body. */
const foreignShare = 0.01;

/**
 * Limits the rate of unproven callbacks or events: each one inserts a row and causes a request to OSS
 * for the object. Callbacks that the OSS header attributes to another bucket have a separate, smaller
 * limit, so they cannot exhaust that of the others.
 */
export class UnprovenLimit {
  private readonly counts = new Map<string, number>();
  private windowEndsAt = 0;

  /**
   * @param code error code of a refusal
   * @param outcomes counts `taken` and `refused`
   */
  constructor(
    private readonly perMinute: number,
    private readonly code: ErrorCode,
    private readonly outcomes: EventCounter,
  ) {}

  /**
   * Takes one from the limit of a sender.
   * @param sender counted separately: header `x-oss-pub-key-url` of a callback, or the sender of events
   * @param isForeign whether header `x-oss-bucket` names another bucket than the body
   * @throws LandfallError with the code of the refusal
   */
  take(sender: string, isForeign: boolean): void {
    const now = Date.now();
    if (now >= this.windowEndsAt) {
      this.counts.clear();
      this.windowEndsAt = now + windowMs;
    }
    const own = `${isForeign} ${sender}`;
    const kind = this.counts.has(own) || this.counts.size < sendersMax ? own : `${isForeign} others`;
    const count = (this.counts.get(kind) ?? 0) + 1;
    this.counts.set(kind, count);
    const most = isForeign ? Math.ceil(this.perMinute * foreignShare) : this.perMinute;
    this.outcomes.count(count > most ? 'refused' : 'taken');
    if (count > most) {
      throw new LandfallError(
        this.code,
        `more than ${most} in this minute; use tickets or a secret URL, or raise CALLBACK_UNPROVEN_PER_MINUTE`,
      );
    }
  }
}
