import { performance } from 'node:perf_hooks';
import { isLandfallError, LandfallError, withTimeLimit } from '#runtime';
import type { StatsRange } from '#uploads';
import { LRUCache } from 'lru-cache';

/** How long who asks waits. The counting goes on, and who asks again gets what it came to. */
const waitMs = 5_000;
/** When a range is given up. */
const giveUpMs = 600_000;
const keptAtLeastMs = 5_000;
/** Kept for so many times as long as it took: at most a twentieth of one connection's time is spent on counting. */
const keptTimes = 20;
/** Ranges that are kept, and those that may be counted at once, a part of each in turn. */
const keptMax = 200;
const countingMax = 8;
/** When Postgres gives up a part; a shorter one is tried then. */
const partLimitMs = 2_000;
/** After a part that took less, one twice as long is tried. */
const quickMs = 250;
const firstPartMs = 86_400_000;
const shortestPartMs = 60_000;

/**
 * Counts for whoever asks, part by part of a range and one part at a time in this process, and keeps what was counted for a
 * while: any number of dashboards cost as much as one, and no statement takes long, however large the range.
 */
export class KeptCounts<Part, Counts extends object> {
  private readonly kept = new LRUCache<string, Counts>({ max: keptMax });
  private readonly counting = new Map<string, Promise<Counts>>();
  private last: Promise<unknown> = Promise.resolve();

  /**
   * @param countPart throws `stats.too_many` after `limitMs`
   * @param view the answer about a range whose counting began at `countedAt`
   */
  constructor(
    private readonly countPart: (part: StatsRange, limitMs: number) => Promise<Part>,
    private readonly view: (range: StatsRange, parts: readonly Part[], countedAt: Date) => Counts,
  ) {}

  /** @throws LandfallError stats.counting, stats.too_many, stats.busy */
  async get(range: StatsRange): Promise<Counts> {
    const key = JSON.stringify([range.bucket, range.createdAfter, range.createdBefore]);
    const known = this.kept.get(key);
    if (known) return known;
    let counted = this.counting.get(key);
    if (!counted) {
      if (this.counting.size >= countingMax) throw new LandfallError('stats.busy');
      counted = this.count(key, range).finally(() => this.counting.delete(key));
      // Whoever waits for it hears of its failure; the next begins anew.
      counted.catch(() => undefined);
      this.counting.set(key, counted);
    }
    return withTimeLimit(counted, waitMs, 'stats.counting', 'it goes on: ask again in some seconds');
  }

  private async count(key: string, range: StatsRange): Promise<Counts> {
    const countedAt = new Date();
    const parts: Part[] = [];
    const end = range.createdBefore?.getTime() ?? countedAt.getTime();
    let from = range.createdAfter.getTime();
    let lengthMs = firstPartMs;
    let tookMs = 0;
    for (let isDone = false; !isDone;) {
      if (Date.now() - countedAt.getTime() > giveUpMs)
        throw new LandfallError('stats.too_many', 'choose a shorter range of time');
      const isLast = from + lengthMs >= end;
      const createdBefore = isLast ? range.createdBefore : new Date(from + lengthMs);
      const part = { ...range, createdAfter: new Date(from), createdBefore };
      const { result, partMs } = await this.inTurn(() => this.countPart(part, partLimitMs));
      tookMs += partMs;
      if (result) {
        parts.push(result);
        isDone = isLast;
        from += lengthMs;
        if (partMs < quickMs) lengthMs *= 2;
      } else {
        if (lengthMs <= shortestPartMs)
          throw new LandfallError(
            'stats.too_many',
            `too many in the minute after ${part.createdAfter.toISOString()}`,
          );
        lengthMs = Math.max(shortestPartMs, lengthMs / 4);
      }
    }
    const counts = this.view(range, parts, countedAt);
    this.kept.set(key, counts, { ttl: Math.max(keptAtLeastMs, tookMs * keptTimes) });
    return counts;
  }

  /** When the parts that wait already are counted. Null if it was given up. */
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
