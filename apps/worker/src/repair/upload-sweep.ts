import { pause, type Config, type Logger } from '#runtime';
import { type ObjectStore, removeObjects } from '#storage';
import { removeOldTickets, removeRetired, removeUnconfirmed, sweepUploads } from '#uploads';
import type { DataSource } from '#database';

/**
 * Looks for uploads whose job is gone, and removes tickets that are long over, landings that were never confirmed, and objects of
 * versions that are retired, on a timer of every worker and not as a job: what repairs the queue must not depend on it.
 */
export class UploadSweep {
  private readonly stopping = new AbortController();
  private running: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly source: DataSource,
    private readonly store: ObjectStore,
    private readonly settings: Config<'worker'>['worker'] & { urlLifetimeMs: number },
    private readonly logger: Logger,
  ) {}

  start(): void {
    // Side by side: a million objects that are to be removed must not keep an upload waiting that lost its job.
    const repairing = this.repeat((signal) => this.repair(signal));
    const tidying = this.repeat((signal) => this.tidy(signal));
    this.running = Promise.all([repairing, tidying]);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async repair(signal: AbortSignal): Promise<void> {
    const swept = await sweepUploads(this.source, this.settings.sweepAfterMs, signal);
    if (swept > 0) this.logger.info({ swept }, 'looked at unfinished uploads');
  }

  private async tidy(signal: AbortSignal): Promise<void> {
    await removeOldTickets(this.source, signal);
    const unconfirmed = await removeUnconfirmed(this.source, signal);
    if (unconfirmed > 0) this.logger.info({ unconfirmed }, 'removed landings that nobody vouches for');
    const removed = await this.removeRetired(signal);
    if (removed > 0) this.logger.info({ removed }, 'removed what is retired');
  }

  private async repeat(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        await work(signal);
      } catch (error) {
        this.logger.warn({ err: error }, 'cannot sweep, trying again');
      }
      await pause(this.settings.sweepIntervalMs, signal);
    }
  }

  private removeRetired(signal: AbortSignal): Promise<number> {
    return removeRetired(
      this.source,
      (address) => removeObjects(this.store, address, signal),
      this.settings.urlLifetimeMs,
      { signal, logger: this.logger },
    );
  }
}
