const windowMs = 60_000;
const perKindMax = 5;
const countEveryMs = 10_000;

/**
 * Bounds what unauthenticated callers can cause to be logged: five lines of each kind per minute. The
 * rest are counted and reported together within ten seconds.
 */
export class RefusalLimit {
  private readonly full = new Map<string, number>();
  private windowEndsAt = 0;
  private counts = new Map<string, number>();
  private counting: NodeJS.Timeout | undefined;

  /** @param tell logs the counts by error code */
  constructor(private readonly tell: (counts: Record<string, number>) => void) {}

  /** Takes one log line of this kind from the limit. Returns false when none is left in this minute. */
  take(kind: string): boolean {
    const now = Date.now();
    if (now >= this.windowEndsAt) {
      this.full.clear();
      this.windowEndsAt = now + windowMs;
    }
    const taken = this.full.get(kind) ?? 0;
    if (taken < perKindMax) this.full.set(kind, taken + 1);
    return taken < perKindMax;
  }

  /** Counts a refusal that gets no line of its own. */
  count(code: string): void {
    this.counts.set(code, (this.counts.get(code) ?? 0) + 1);
    this.counting ??= setTimeout(() => this.tellCounts(), countEveryMs).unref();
  }

  /** Reports the pending counts at once. Call it at shutdown. */
  tellCounts(): void {
    clearTimeout(this.counting);
    this.counting = undefined;
    if (this.counts.size === 0) return;
    this.tell(Object.fromEntries(this.counts));
    this.counts = new Map();
  }
}
