const windowMs = 60_000;
const perKindMax = 5;
const countEveryMs = 10_000;

/**
 * Bounds what strangers can have logged: a few lines of each kind per minute; the others are counted
 * and told together from time to time.
 */
export class RefusalLimit {
  private readonly full = new Map<string, number>();
  private windowEndsAt = 0;
  private counts = new Map<string, number>();
  private counting: NodeJS.Timeout | undefined;

  /** @param tell logs counts by code */
  constructor(private readonly tell: (counts: Record<string, number>) => void) {}

  /** Whether one more of this kind may have a line of its own. */
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

  /** Counts one that has no line. */
  count(code: string): void {
    this.counts.set(code, (this.counts.get(code) ?? 0) + 1);
    this.counting ??= setTimeout(() => this.tellCounts(), countEveryMs).unref();
  }

  /** Tells the counts now; also what is left at the end. */
  tellCounts(): void {
    clearTimeout(this.counting);
    this.counting = undefined;
    if (this.counts.size === 0) return;
    this.tell(Object.fromEntries(this.counts));
    this.counts = new Map();
  }
}
