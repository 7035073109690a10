import { performance } from 'node:perf_hooks';
import { isLandfallError, LandfallError, withTimeLimit } from '#runtime';
import type { StatsRange } from '#uploads';
import { LRUCache } from 'lru-cache';

/** How long a request waits. Counting continues, and a later request gets its result. */
const waitMs = 5_000;
/** Time after which counting a range is abandoned. */
const giveUpMs = 600_000;
const keptAtLeastMs = 5_000;
/** Lifetime of a result as a multiple of the time it took, so counting one range takes at most a twentieth of a connection. */
const keptTimes = 20;
/** Maximum number of cached ranges, and of ranges being counted concurrently, with their parts interleaved. */
const keptMax = 200;
const countingMax = 8;
/** Statement timeout of a part; after it, a shorter part is tried. */
const partLimitMs = 2_000;
/** The length of parts doubles after one that took less time than this. */
const quickMs = 250;
const firstPartMs = 86_400_000;
const shortestPartMs = 60_000;

/**
 * Counts a time range in parts, one part at a time per process, and caches the result. Any number of dashboards cost as much
 * as one, and no statement takes long, however large the range.
 */
export class KeptCounts<Part, Counts extends object> {
  private readonly kept = new LRUCache<string, Counts>({ max: keptMax });
  private readonly counting = new Map<string, Promise<Counts>>();
  private last: Promise<unknown> = Promise.resolve();

  /**
   * @param countPart throws LandfallError `stats.too_many` after `limitMs`
   * @param view combines the parts of a range whose counting began at `countedAt`
   */
  constructor(
    private readonly countPart: (part: StatsRange, limitMs: number) => Promise<Part>,
    private readonly view: (range: StatsRange, parts: readonly Part[], countedAt: Date) => Counts,
  ) {}

  /**
   * Returns the counts of a range, cached or new.
   * @throws LandfallError stats.counting after five seconds, stats.too_many, stats.busy
   */
  async get(range: StatsRange): Promise<Counts> {
    const key = JSON.stringify([range.bucket, range.createdAfter, range.createdBefore]);
    const known = this.kept.get(key);
    if (known) return known;
    let counted = this.counting.get(key);
    if (!counted) {
      if (this.counting.size >= countingMax) throw new LandfallError('stats.busy');
      counted = this.count(key, range).finally(() => this.counting.delete(key));
      // Prevents an unhandled rejection; waiting requests still get the error, and the next one starts over.
      counted.catch(() => undefined);
      this.counting.set(key, counted);
    }
    return withTimeLimit(counted, waitMs, 'stats.counting', 'counting continues: retry in a few seconds');
  }

  private async count(key: string, range: StatsRange): Promise<Counts> {
    const countedAt = new Date();
    const parts: Part[] = [];
    const end = range.createdBefore?.getTime() ?? countedAt.getTime();
    let from = range.createdAfter.getTime();
    let lengthMs = firstPartMs;
    // Below what took too long once: trying that length again would cost its time limit again.
    let longestMs = Infinity;
    let tookMs = 0;
    for (let isDone = false; !isDone;) {
      if (Date.now() - countedAt.getTime() > giveUpMs)
        throw new LandfallError(
          'stats.too_many',
          'counting took more than 10 minutes; choose a shorter time range',
        );
      const isLast = from + lengthMs >= end;
      const createdBefore = isLast ? range.createdBefore : new Date(from + lengthMs);
      const part = { ...range, createdAfter: new Date(from), createdBefore };
      const { result, partMs } = await this.inTurn(() => this.countPart(part, partLimitMs));
      tookMs += partMs;
      if (result) {
        parts.push(result);
        isDone = isLast;
        from += lengthMs;
        if (partMs < quickMs) lengthMs = Math.min(2 * lengthMs, longestMs);
      } else {
        if (lengthMs <= shortestPartMs)
          throw new LandfallError(
            'stats.too_many',
            `too many uploads landed in the minute after ${part.createdAfter.toISOString()}`,
          );
        longestMs = lengthMs / 2;
        lengthMs = Math.max(shortestPartMs, lengthMs / 4);
      }
    }
    const counts = this.view(range, parts, countedAt);
    this.kept.set(key, counts, { ttl: Math.max(keptAtLeastMs, tookMs * keptTimes) });
    return counts;
  }

  /** Runs after all queued parts. The result is null if the part exceeded its time limit. */
  private async inTurn(countPart: () => Promise<Part>): Promise<{ result: Part | null; partMs: number }> {
    const counted = this.last.then(async () => {
      const begin = performance.now();
      const result = await countPart().catch((error: unknown) => {
        if (isLandfallError(error, 'stats.too_many')) return null;
        throw error;
      });
      return { result, partMs: performance.now() - begin };
    });
    this.last = counted.catch(() => undefined);
    return counted;
  }
}
