import { performance } from 'node:perf_hooks';
import { LandfallError } from '#runtime';
import type { StatsRange } from '#uploads';
import { LRUCache } from 'lru-cache';

/** When Postgres gives up counting. */
const limitMs = 5_000;
const keptAtLeastMs = 5_000;
/** Kept for so many times as long as it took: at most a twentieth of one connection's time is spent on counting. */
const keptTimes = 20;
/** Ranges that are kept, and those that may wait to be counted. */
const keptMax = 200;
const waitingMax = 8;

/**
 * Counts for whoever asks, one range at a time in this process, and keeps what was counted for a while: any number of
 * dashboards cost as much as one.
 */
export class KeptCounts<Counts extends object> {
  private readonly kept = new LRUCache<string, Counts>({ max: keptMax });
  private readonly counting = new Map<string, Promise<Counts>>();
  private last: Promise<unknown> = Promise.resolve();

  /** @param countNow gives up after `limitMs`; what it answers says that it was counted at `countedAt` */
  constructor(
    private readonly countNow: (range: StatsRange, limitMs: number, countedAt: Date) => Promise<Counts>,
  ) {}

  /** @throws LandfallError stats.too_many, stats.busy */
  get(range: StatsRange): Promise<Counts> {
    const key = JSON.stringify([range.bucket, range.createdAfter, range.createdBefore]);
    const known = this.kept.get(key);
    if (known) return Promise.resolve(known);
    const running = this.counting.get(key);
    if (running) return running;
    if (this.counting.size >= waitingMax) return Promise.reject(new LandfallError('stats.busy'));
    const counted = this.last
      .then(() => this.count(key, range))
      .finally(() => {
        this.counting.delete(key);
      });
    this.counting.set(key, counted);
    // Whoever asked for it hears of its failure; the next only has to wait for its end.
    this.last = counted.catch(() => undefined);
    return counted;
  }

  private async count(key: string, range: StatsRange): Promise<Counts> {
    const begin = performance.now();
    const counts = await this.countNow(range, limitMs, new Date());
    const tookMs = performance.now() - begin;
    this.kept.set(key, counts, { ttl: Math.max(keptAtLeastMs, tookMs * keptTimes) });
    return counts;
  }
}
