import { performance } from 'node:perf_hooks';
import type { DataSource } from '#database';
import { pause, withTimeLimit } from '#runtime';
import type { Queues } from './queues-view.js';
import { readQueues } from './read-queues.js';

const keptAtLeastMs = 2_000;
/** Kept for so many times as long as they took: at most a twentieth of one connection's time is spent on counting. */
const keptTimes = 20;
const keptAtMostMs = 60_000;
/** Who asks while a million jobs are counted gets the figures of before after this time: scalers wait for seconds only. */
const freshAtMostMs = 1_500;
const readTimeoutMs = 30_000;

/**
 * The figures of the queues for whoever asks: read once at a time in this process, and kept for a while. Any number of
 * scalers and dashboards cost as much as one.
 */
export class QueueFigures {
  private reading: Promise<Queues> | null = null;
  private kept: Promise<Queues> | null = null;
  private keptUntil = 0;
  /** The last that were read; none after a failure. */
  private last: Queues | null = null;

  constructor(private readonly source: DataSource) {}

  /** @throws LandfallError database.unavailable */
  get(): Promise<Queues> {
    if (this.kept && performance.now() < this.keptUntil) return this.kept;
    this.reading ??= this.read();
    const { reading, last } = this;
    return last ? Promise.race([reading, pause(freshAtMostMs).then(() => last)]) : reading;
  }

  /** Has them read again for whoever asks next: something was changed that they show. */
  forget(): void {
    this.keptUntil = 0;
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
      this.kept = reading;
      this.keptUntil = performance.now() + Math.min(keptAtMostMs, Math.max(keptAtLeastMs, ms));
      this.last = last;
      this.reading = null;
    };
    reading.then(
      (queues) => keep(queues, (performance.now() - begin) * keptTimes),
      // A database that is away is not asked again at once.
      () => keep(null, keptAtLeastMs),
    );
    return reading;
  }
}
