import { pause, type Config, type Logger } from '#runtime';
import { removeOldTickets, sweepUploads } from '#uploads';
import type { DataSource } from 'typeorm';

/**
 * Looks for uploads whose job is gone, and removes tickets that are long over, on a timer of every worker and not as a job: what repairs the queue must not
 * depend on it.
 */
export class UploadSweep {
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly source: DataSource,
    private readonly settings: Config<'worker'>['worker'],
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
      } catch (error) {
        this.logger.warn({ err: error }, 'cannot sweep, trying again');
      }
      await pause(this.settings.WORKER_SWEEP_INTERVAL_MS, signal);
    }
  }
}
