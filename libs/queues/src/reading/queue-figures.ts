import { performance } from 'node:perf_hooks';
import type { DataSource } from '#database';
import { pause, withTimeLimit } from '#runtime';
import type { Queues } from './queues-view.js';
import { readQueues } from './read-queues.js';

const keptAtLeastMs = 2_000;
/** Figures are kept this many times as long as reading them took, so counting uses a twentieth of one connection at most. */
const keptTimes = 20;
const keptAtMostMs = 60_000;
/** While a longer count runs, callers get the previous figures after this time: autoscalers only wait for seconds. */
const freshAtMostMs = 1_500;
const readTimeoutMs = 30_000;

/**
 * Caches the figures of the queues: this process reads them once at a time and keeps them for a while, so any number of
 * autoscalers and dashboards cost as much as one.
 */
export class QueueFigures {
  private reading: Promise<Queues> | null = null;
  private kept: Promise<Queues> | null = null;
  private keptUntil = 0;
  /** The last figures read; null after a failure. */
  private last: Queues | null = null;

  constructor(private readonly source: DataSource) {}

  /** @throws LandfallError database.unavailable */
  get(): Promise<Queues> {
    if (this.kept && performance.now() < this.keptUntil) return this.kept;
    this.reading ??= this.read();
    const { reading, last } = this;
    return last ? Promise.race([reading, pause(freshAtMostMs).then(() => last)]) : reading;
  }

  /** Expires the kept figures, after a change that they show. */
  forget(): void {
    this.keptUntil = 0;
    this.reading = null;
    this.last = null;
  }

  private read(): Promise<Queues> {
    const begin = performance.now();
    const reading = withTimeLimit(
      Promise.resolve().then(() => readQueues(this.source)),
      readTimeoutMs,
      'database.unavailable',
      'the queues were not counted',
    );
    const keep = (last: Queues | null, ms: number) => {
      if (this.reading !== reading) return;
      this.kept = reading;
      this.keptUntil = performance.now() + Math.min(keptAtMostMs, Math.max(keptAtLeastMs, ms));
      this.last = last;
      this.reading = null;
    };
    reading.then(
      (queues) => keep(queues, (performance.now() - begin) * keptTimes),
      // An unavailable database is not queried again at once.
      () => keep(null, keptAtLeastMs),
    );
    return reading;
  }
}
