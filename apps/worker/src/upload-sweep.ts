import { pause, type Config, type Logger } from '#runtime';
import { type ObjectStore, removeObjects } from '#storage';
import { removeOldTickets, removeReplaced, sweepUploads } from '#uploads';
import type { DataSource } from 'typeorm';

/**
 * Looks for uploads whose job is gone, and removes tickets that are long over and objects that were replaced, on a timer of
 * every worker and not as a job: what repairs the queue must not depend on it.
 */
export class UploadSweep {
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly source: DataSource,
    private readonly store: ObjectStore,
    private readonly settings: Config<'worker'>['worker'] & { urlLifetimeMs: number },
    private readonly logger: Logger,
  ) {}

  start(): void {
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        const swept = await sweepUploads(this.source, this.settings.WORKER_SWEEP_AFTER_MS, signal);
        await removeOldTickets(this.source, signal);
        if (swept > 0) this.logger.info({ swept }, 'looked at unfinished uploads');
        const removed = await this.removeReplaced(signal);
        if (removed > 0) this.logger.info({ removed }, 'removed what was replaced');
      } catch (error) {
        this.logger.warn({ err: error }, 'cannot sweep, trying again');
      }
      await pause(this.settings.WORKER_SWEEP_INTERVAL_MS, signal);
    }
  }

  private removeReplaced(signal: AbortSignal): Promise<number> {
    return removeReplaced(
      this.source,
      (address) => removeObjects(this.store, address, signal),
      this.settings.urlLifetimeMs,
      { signal, logger: this.logger },
    );
  }
}
