import type { DataSource } from '#database';
import { type Logger, newId, pause, withTimeLimit } from '#runtime';
import { reportEveryMs } from './report-times.js';

/** Counts of ended jobs of one kind. */
export interface EndedJobs {
  /** Name of the job, or `delivery`. */
  job: string;
  /** Jobs done or given up. */
  ended: number;
  /** Those of `ended` that were given up. */
  failed: number;
}

/** The current jobs of a worker, and what ended since the last report. */
export interface ReportedWork {
  /** Ids of the running jobs, with their start. */
  running: readonly { readonly id: string; readonly since: Date }[];
  /** Ids of the jobs returned to the queue whose retry is not due yet. */
  delayed: readonly string[];
  ended: readonly EndedJobs[];
}

interface Reporting {
  source: DataSource;
  /** What the worker takes work from: queues, and `delivery`. */
  queues: readonly string[];
  /** Concurrency, by queue or `delivery`. */
  slots: Readonly<Record<string, number>>;
  cores: number;
  takeWork(): ReportedWork;
  /** Rejects while the queue is unavailable. */
  checkQueue(): Promise<void>;
  /** Called with each report, with the queues, and `delivery`, that are paused now. */
  applyPauses(paused: readonly string[]): void;
}

const timeoutMs = 5_000;

/**
 * Commits asynchronously: a crash of Postgres may lose the last fractions of a second. Upserts in the order of job names, or
 * workers that tally the same jobs could deadlock.
 */
const tallyText = `
  WITH relaxed AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true)),
  tallied AS (
    INSERT INTO job_tallies AS t (job, minute, ended, failed)
    SELECT job, date_trunc('minute', now()), ended, failed
    FROM relaxed, jsonb_to_recordset($2::jsonb) AS e (job text, ended int, failed int) ORDER BY job
    ON CONFLICT (job, minute) DO UPDATE SET ended = t.ended + excluded.ended, failed = t.failed + excluded.failed)`;

const reportText = `${tallyText}
  INSERT INTO worker_reports (id, queues, running, delayed, queue_reachable, running_since, slots, cores, seen_at)
  VALUES ($1, $3, $4, $5, $6, $7, $8, $9, now())
  ON CONFLICT (id) DO UPDATE SET running = excluded.running, delayed = excluded.delayed,
    queue_reachable = excluded.queue_reachable, running_since = excluded.running_since, seen_at = excluded.seen_at
  RETURNING ARRAY(SELECT queue FROM paused_queues) AS paused`;

const leaveText = `${tallyText} DELETE FROM worker_reports WHERE id = $1`;

/** Reports every five seconds what this worker does, and learns which queues are paused, until it is stopped. */
export class WorkerReporter {
  private readonly id = newId();
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();
  /** Counts that are not written yet. */
  private unwritten: EndedJobs[] = [];

  constructor(
    private readonly reporting: Reporting,
    private readonly logger: Logger,
  ) {}

  start(): void {
    this.running = this.reportUntilStopped(this.stopping.signal);
  }

  /** Writes the last counts and removes this worker's report. Call it once nothing runs any more. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
    this.takeWork();
    await this.write(leaveText, []).catch((error: unknown) =>
      this.logger.debug({ err: error }, 'cannot remove the report of this worker; it expires by itself'),
    );
  }

  private async reportUntilStopped(signal: AbortSignal): Promise<void> {
    let failing = false;
    while (!signal.aborted) {
      try {
        await this.report();
        failing = false;
      } catch (error) {
        if (!failing) this.logger.warn({ err: error }, 'cannot report the work of this worker; trying again');
        failing = true;
      }
      await pause(reportEveryMs, signal);
    }
  }

  private async report(): Promise<void> {
    const isReachable = await this.reporting.checkQueue().then(
      () => true,
      () => false,
    );
    const { running, delayed } = this.takeWork();
    const { queues, slots, cores } = this.reporting;
    const [reported] = (await this.write(reportText, [
      queues,
      running.map(({ id }) => id),
      delayed,
      isReachable,
      running.map(({ since }) => since),
      slots,
      cores,
    ])) as { paused: string[] }[];
    this.reporting.applyPauses(reported?.paused ?? []);
  }

  private takeWork(): ReportedWork {
    const work = this.reporting.takeWork();
    for (const { job, ended, failed } of work.ended) {
      if (ended === 0) continue;
      const known = this.unwritten.find((one) => one.job === job);
      if (known) Object.assign(known, { ended: known.ended + ended, failed: known.failed + failed });
      else this.unwritten.push({ job, ended, failed });
    }
    return work;
  }

  private async write(text: string, values: readonly unknown[]): Promise<unknown> {
    const { source } = this.reporting;
    const tallies = JSON.stringify(this.unwritten);
    const written = source.query(text, [this.id, tallies, ...values]);
    const rows: unknown = await withTimeLimit(
      written,
      timeoutMs,
      'database.unavailable',
      'no response to a report',
    );
    this.unwritten = [];
    return rows;
  }
}
