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
  'Uploads that repairs checked (swept), found (followed_up) or marked (gone), and versions whose objects were removed (removed)',
  'repair',
);

type SweepSettings = Config<'worker'>['worker'] & { urlLifetimeMs: number; eventsKeptS: number };

/**
 * Re-queues uploads whose job is lost; removes expired tickets, idempotency keys, events, deliveries,
 * unconfirmed landings, long-deleted uploads and objects of retired versions; and asks OSS about
 * reported removals and overdue tickets. It runs on a timer in every worker, not as a job: what
 * repairs the queue must not depend on it.
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
    // Concurrently: a million objects to remove must not delay an upload whose job was lost.
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
    if (swept > 0) this.logger.info({ swept }, 'swept unfinished uploads');
  }

  private async ask(signal: AbortSignal): Promise<void> {
    const gone = await checkRemovals(this.worker, signal);
    repairs.count('gone', gone);
    if (gone > 0) this.logger.info({ gone }, 'marked uploads whose object is gone');
    const found = await followUpTickets(this.worker, this.registry, signal);
    repairs.count('followed_up', found);
    if (found > 0) this.logger.info({ found }, 'found uploads of tickets whose callback did not arrive');
  }

  private async tidy(signal: AbortSignal): Promise<void> {
    const { source } = this.worker;
    await removeOldTickets(source, signal);
    await removeOldKeys(source, signal);
    await pruneEvents(source, this.settings.eventsKeptS, signal);
    await pruneDeliveries(source, this.settings.eventsKeptS, signal);
    await removeOldReports(source);
    const unconfirmed = await removeUnconfirmed(source, signal);
    if (unconfirmed > 0) this.logger.info({ unconfirmed }, 'removed unconfirmed landings');
    const removed = await this.removeRetired(signal);
    repairs.count('removed', removed);
    if (removed > 0) this.logger.info({ removed }, 'removed the objects of retired versions');
    const pruned = await pruneUploads(source, this.settings.pruneUploadsS, signal);
    if (pruned > 0) this.logger.info({ pruned }, 'removed the rows of uploads that were deleted or ignored');
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
