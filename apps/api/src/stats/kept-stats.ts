import { performance } from 'node:perf_hooks';
import { DataSource } from '#database';
import { LandfallError } from '#runtime';
import { countUploads, type Stats, type StatsRange, viewStats } from '#uploads';
import { Injectable } from '@nestjs/common';
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
 * Counts uploads for whoever asks, one range at a time in this process, and keeps what was counted for a while: any number of
 * dashboards cost as much as one.
 */
@Injectable()
export class KeptStats {
  private readonly kept = new LRUCache<string, Stats>({ max: keptMax });
  private readonly counting = new Map<string, Promise<Stats>>();
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly source: DataSource) {}

  /** @throws LandfallError stats.too_many, stats.busy */
  get(range: StatsRange): Promise<Stats> {
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

  private async count(key: string, range: StatsRange): Promise<Stats> {
    const countedAt = new Date();
    const begin = performance.now();
    const stats = viewStats(range, await countUploads(this.source, range, limitMs), countedAt);
    const tookMs = performance.now() - begin;
    this.kept.set(key, stats, { ttl: Math.max(keptAtLeastMs, tookMs * keptTimes) });
    return stats;
  }
}
