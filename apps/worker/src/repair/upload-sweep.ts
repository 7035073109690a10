import { pruneEvents } from '#events';
import { type Config, counter, type Logger } from '#runtime';
import { removeOldKeys } from '#idempotency';
import { removeOldReports } from '#queues';
import { removeObjects } from '#storage';
import {
  pruneUploads,
  removeOldTickets,
  removeRetired,
  removeUnconfirmed,
  sweepUploads,
  type UploadRegistry,
} from '#uploads';
import { pruneDeliveries } from '#webhooks';
import type { WorkerContext } from '../worker-context.js';
import { checkRemovals } from './check-removals.js';
import { followUpTickets } from './follow-up-tickets.js';
import { repeat } from './repeat.js';

const repairs = counter(
  'landfall_repairs_total',
  'Uploads that repairs looked at (swept), found (followed_up) or marked (gone), and versions whose objects were removed (removed)',
  'repair',
);

type SweepSettings = Config<'worker'>['worker'] & { urlLifetimeMs: number; eventsKeptS: number };

/**
 * Looks for uploads whose job is gone; removes tickets, idempotency keys, events and deliveries that
 * are long over, landings that were never confirmed, and objects of versions that are retired; and
 * asks OSS for what no message told of. On a timer of every worker and not as a job: what repairs the
 * queue must not depend on it.
 */
export class UploadSweep {
  private readonly stopping = new AbortController();
  private running: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly worker: WorkerContext,
    private readonly registry: UploadRegistry,
    private readonly settings: SweepSettings,
    private readonly logger: Logger,
  ) {}

  start(): void {
    // Side by side: a million objects that are to be removed must not keep an upload waiting that lost its job.
    const works = [this.repair, this.ask, this.tidy].map((work) => work.bind(this));
    const repetition = {
      intervalMs: this.settings.sweepIntervalMs,
      signal: this.stopping.signal,
      logger: this.logger,
    };
    this.running = Promise.all(works.map((work) => repeat(work, repetition)));
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async repair(signal: AbortSignal): Promise<void> {
    const swept = await sweepUploads(this.worker.source, this.settings.sweepAfterMs, signal);
    repairs.count('swept', swept);
    if (swept > 0) this.logger.info({ swept }, 'looked at unfinished uploads');
  }

  private async ask(signal: AbortSignal): Promise<void> {
    const gone = await checkRemovals(this.worker, signal);
    repairs.count('gone', gone);
    if (gone > 0) this.logger.info({ gone }, 'marked uploads whose object is gone');
    const found = await followUpTickets(this.worker, this.registry, signal);
    repairs.count('followed_up', found);
    if (found > 0) this.logger.info({ found }, 'found uploads of tickets whose callback has not come');
  }

  private async tidy(signal: AbortSignal): Promise<void> {
    const { source } = this.worker;
    await removeOldTickets(source, signal);
    await removeOldKeys(source, signal);
    await pruneEvents(source, this.settings.eventsKeptS, signal);
    await pruneDeliveries(source, this.settings.eventsKeptS, signal);
    await removeOldReports(source);
    const unconfirmed = await removeUnconfirmed(source, signal);
    if (unconfirmed > 0) this.logger.info({ unconfirmed }, 'removed landings that nobody vouches for');
    const removed = await this.removeRetired(signal);
    repairs.count('removed', removed);
    if (removed > 0) this.logger.info({ removed }, 'removed what is retired');
    const pruned = await pruneUploads(source, this.settings.pruneUploadsS, signal);
    if (pruned > 0) this.logger.info({ pruned }, 'removed uploads that were deleted or ignored long ago');
  }

  private removeRetired(signal: AbortSignal): Promise<number> {
    return removeRetired(
      this.worker.source,
      (address) => removeObjects(this.worker.store, address, signal),
      this.settings.urlLifetimeMs,
      { signal, logger: this.logger },
    );
  }
}
