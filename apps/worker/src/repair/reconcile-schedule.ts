import { Reconcile, reconcileBucket } from '#reconcile';
import { type Config, isLandfallError, type Logger } from '#runtime';
import type { UploadRegistry } from '#uploads';
import type { WorkerContext } from '../worker-context.js';
import { repeat } from './repeat.js';

/** How often a worker checks whether a comparison is due, or was left unfinished by a dead worker. */
const lookEveryMs = 10_000;
/** OSS waits 5 s for the response to a callback, so an older object has no callback in flight. */
const recentMs = 10_000;

/**
 * Compares the buckets with the rows every `intervalS`, one worker at a time, and registers objects that no message reported.
 * Orphaned rendition objects are only counted.
 */
export class ReconcileSchedule {
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly worker: WorkerContext,
    private readonly registry: UploadRegistry,
    private readonly settings: Config<'reconcile'>['reconcile'] & {
      buckets: readonly string[];
      directUrl: string;
    },
    private readonly logger: Logger,
  ) {}

  start(): void {
    if (this.settings.intervalS === 0) return;
    const { signal } = this.stopping;
    const intervalMs = Math.min(lookEveryMs, this.settings.intervalS * 1_000);
    this.running = repeat(() => this.compareDue(signal), { intervalMs, signal, logger: this.logger });
  }

  /** Stops after the current page; the next worker resumes from there. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async compareDue(signal: AbortSignal): Promise<void> {
    const prefixes = this.settings.prefixes.length > 0 ? this.settings.prefixes : [''];
    for (const bucket of this.settings.buckets) {
      for (const prefix of prefixes) {
        if (signal.aborted) return;
        if (await this.isDue(bucket, prefix)) await this.compare({ bucket, prefix }, signal);
      }
    }
  }

  private async isDue(bucket: string, prefix: string): Promise<boolean> {
    const last = await this.worker.source
      .getRepository(Reconcile)
      .findOneBy({ bucket, prefix, trigger: 'schedule' });
    return !last?.finishedAt || last.startedAt.getTime() + this.settings.intervalS * 1_000 <= Date.now();
  }

  private async compare(place: { bucket: string; prefix: string }, signal: AbortSignal): Promise<void> {
    const { source, store, renditionPrefix } = this.worker;
    const { directUrl, requestsPerSecond, windowS } = this.settings;
    const since = new Date(Date.now() - windowS * 1_000);
    const until = new Date(Date.now() - recentMs);
    try {
      const { found, isComplete } = await reconcileBucket(
        { source, directUrl, store, renditionPrefix, requestsPerSecond, registry: this.registry },
        { ...place, since, until, trigger: 'schedule', inventory: null, asked: '' },
        { isDryRun: false, remake: null, removesOrphans: false },
        signal,
      );
      if (isComplete) this.logger.info({ ...place, looked: found.looked, ...found.counts }, 'reconciled');
    } catch (error) {
      // Another worker is running it.
      if (!isLandfallError(error, 'reconcile.running')) throw error;
    }
  }
}
