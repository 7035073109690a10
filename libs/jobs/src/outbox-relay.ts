import { type DataSource, listenForNotifications } from '#database';
import {
  jobCatalog,
  jobIdOf,
  isJobName,
  outboxChannel,
  priorityOf,
  type JobPayload,
  type QueueName,
} from '#outbox';
import { pause, withTimeLimit, type Logger } from '#runtime';
import type { BulkJobOptions, Queue } from 'bullmq';
import type { QueueLoss } from './queue-loss.js';

const batchSize = 500;
const pollIntervalMs = 2_000;
const addTimeoutMs = 5_000;

/** An outbox row that is about to be queued. */
export interface OutboxEntry {
  id: string;
  name: string;
  payload: unknown;
}

/**
 * Moves outbox rows into BullMQ. Any number of workers may relay at once: rows are locked, and
 * other workers skip them. The transaction that adds the jobs deletes the rows; after a crash in
 * between, the same job ids are added again, which BullMQ ignores.
 */
export class OutboxRelay {
  private readonly stopping = new AbortController();
  private running: Promise<unknown> = Promise.resolve();
  private wake: () => void = () => {};
  private woken = false;

  constructor(
    private readonly database: { source: DataSource; url: string },
    private readonly queueing: { queues: ReadonlyMap<QueueName, Queue>; loss: QueueLoss },
    private readonly logger: Logger,
    private readonly beforeQueueing?: (rows: readonly OutboxEntry[]) => Promise<void>,
  ) {}

  start(): void {
    const signal = this.stopping.signal;
    const listening = listenForNotifications(this.database.url, outboxChannel, () => this.nudge(), {
      signal,
      logger: this.logger,
    });
    this.running = Promise.all([listening, this.relayUntilStopped(signal)]);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private nudge(): void {
    this.woken = true;
    this.wake();
  }

  private async relayUntilStopped(signal: AbortSignal): Promise<void> {
    let failing = false;
    while (!signal.aborted) {
      this.woken = false;
      try {
        await this.queueing.loss.look();
        while (!signal.aborted && (await this.relayBatch()) === batchSize);
        if (failing) this.logger.info('relay works again');
        failing = false;
      } catch (error) {
        if (!failing) this.logger.warn({ err: error }, 'cannot relay the outbox; trying again');
        failing = true;
        await pause(500, signal);
        continue;
      }
      await this.waitForWork(signal);
    }
  }

  private async waitForWork(signal: AbortSignal): Promise<void> {
    if (this.woken) return;
    const woken = new AbortController();
    this.wake = () => woken.abort();
    await pause(pollIntervalMs, AbortSignal.any([woken.signal, signal]));
  }

  private async relayBatch(): Promise<number> {
    return this.database.source.transaction(async (manager) => {
      // TypeORM returns [rows, count] for UPDATE and DELETE … RETURNING.
      const [rows] = (await manager.query(
        `DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE name = ANY($2) ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED)
         RETURNING id, name, payload`,
        // Rows of a newer release are left to workers that know them.
        [batchSize, Object.keys(jobCatalog)],
      )) as [OutboxEntry[], number];
      await this.beforeQueueing?.(rows);
      for (const [queueName, queue] of this.queueing.queues) {
        const jobs = rows.flatMap((row) => this.toJob(row, queueName));
        if (jobs.length === 0) continue;
        await withTimeLimit(
          queue.addBulk(jobs),
          addTimeoutMs,
          'queue.unavailable',
          `adding ${jobs.length} jobs timed out`,
        );
      }
      return rows.length;
    });
  }

  private toJob(
    row: OutboxEntry,
    queueName: QueueName,
  ): { name: string; data: unknown; opts: BulkJobOptions }[] {
    if (!isJobName(row.name)) return [];
    const declaration = jobCatalog[row.name];
    if (declaration.queue !== queueName) return [];
    const payload = row.payload as JobPayload<typeof row.name>;
    return [
      {
        name: row.name,
        data: payload,
        opts: {
          jobId: jobIdOf(row.name, payload),
          priority: priorityOf(row.name, payload),
          attempts: declaration.attempts,
          backoff: { type: 'exponential', delay: declaration.backoffMs },
          // Postgres keeps the history; a finished or failed job must free its id.
          removeOnComplete: true,
          removeOnFail: true,
        },
      },
    ];
  }
}
