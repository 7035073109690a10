import { type DataSource, isDatabaseUnavailable, listenForNotifications } from '#database';
import {
  jobCatalog,
  jobIdOf,
  isJobName,
  outboxChannel,
  priorityOf,
  type JobPayload,
  type QueueName,
} from '#outbox';
import { counter, histogram, pause, toLandfallError, type Logger } from '#runtime';
import { carriedSpan, type Span } from '#tracing';
import type { BulkJobOptions, Queue } from 'bullmq';
import { askQueue } from './ask-queue.js';
import type { QueueLoss } from './queue-loss.js';

const batchSize = 500;
const pollIntervalMs = 2_000;
const addTimeoutMs = 5_000;

const relayed = counter(
  'landfall_relay_jobs_total',
  'Jobs that were moved from the outbox to their queue',
  'job_name',
);
const failures = counter(
  'landfall_relay_failures_total',
  'Batches of the outbox that could not be queued, by error code; they are retried',
  'code',
);
const delays = histogram(
  'landfall_relay_seconds',
  'Time from recording a job in the outbox to queueing it, of the oldest job of a batch',
  [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
);

/** An outbox row that is about to be queued. */
export interface OutboxEntry {
  id: string;
  name: string;
  payload: unknown;
  traceparent: string | null;
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
    private readonly database: { source: DataSource; directUrl: string },
    private readonly queueing: { queues: ReadonlyMap<QueueName, Queue>; loss: QueueLoss },
    private readonly logger: Logger,
    private readonly beforeQueueing?: (rows: readonly OutboxEntry[]) => Promise<void>,
  ) {}

  start(): void {
    const signal = this.stopping.signal;
    const listening = listenForNotifications(this.database.directUrl, outboxChannel, () => this.nudge(), {
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
        failures.count(isDatabaseUnavailable(error) ? 'database.unavailable' : toLandfallError(error).code);
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
    const spans = new RelaySpans();
    try {
      return await this.relayRows(spans);
    } catch (error) {
      spans.fail(error);
      throw error;
    } finally {
      spans.end();
    }
  }

  private async relayRows(spans: RelaySpans): Promise<number> {
    return this.database.source.transaction(async (manager) => {
      // TypeORM returns [rows, count] for UPDATE and DELETE … RETURNING.
      const [rows] = (await manager.query(
        `DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE name = ANY($2) ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED)
         RETURNING id, name, payload, traceparent, extract(epoch FROM clock_timestamp() - created_at)::float8 AS "delayS"`,
        // Rows of a newer release are left to workers that know them.
        [batchSize, Object.keys(jobCatalog)],
      )) as [(OutboxEntry & { delayS: number })[], number];
      spans.begin(rows);
      await this.beforeQueueing?.(rows);
      for (const [queueName, queue] of this.queueing.queues) {
        const jobs = rows.flatMap((row) => this.toJob(row, queueName, spans.of(row)));
        if (jobs.length === 0) continue;
        await askQueue(queue.addBulk(jobs), addTimeoutMs, `adding ${jobs.length} jobs timed out`);
      }
      for (const { name } of rows) relayed.count(name);
      if (rows.length > 0) delays.observe(Math.max(0, ...rows.map(({ delayS }) => delayS)));
      return rows.length;
    });
  }

  private toJob(
    row: OutboxEntry,
    queueName: QueueName,
    span: Span | undefined,
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
          // BullMQ stores this without using it while its own telemetry is off; JobRunner reads it.
          ...(span && { telemetry: { metadata: span.traceparent } }),
        },
      },
    ];
  }
}

/** The spans of the rows of a batch that are traced. */
class RelaySpans {
  private readonly spans = new Map<string, Span>();

  begin(rows: readonly OutboxEntry[]): void {
    for (const { id, name, traceparent } of rows) {
      const facts = { 'landfall.job.name': name };
      const span = carriedSpan({ name: 'relay', kind: 'producer', facts }, traceparent);
      if (span) this.spans.set(id, span);
    }
  }

  of({ id }: OutboxEntry): Span | undefined {
    return this.spans.get(id);
  }

  fail(error: unknown): void {
    for (const span of this.spans.values()) span.fail(toLandfallError(error).code);
  }

  end(): void {
    for (const span of this.spans.values()) span.end();
  }
}
