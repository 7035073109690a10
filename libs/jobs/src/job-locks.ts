import { type Logger, pause } from '#runtime';
import type { Job, Worker } from 'bullmq';
import type { QueueBackend } from './queue-backend.js';

/**
 * How long the lock of a job lasts without renewal. A worker that stalls for longer than this, less
 * one round, loses its jobs to other workers.
 */
export const lockMs = 6_000;

/** Interval of rounds, each of which renews the locks of this worker's jobs and then takes back jobs of dead workers. */
const roundMs = 1_000;

/** All workers of a queue together look for stalled jobs once per this interval; below a round, as timers may fire early. */
export const lookMs = 0.9 * roundMs;

/** A round later than this means that the queue was unavailable or that this process stalled. */
const lateMs = 1_000;

/** How long other workers then get to renew their locks: they reconnect within a second and renew at once. */
const holdOffMs = 3_000;

/** A job that this worker is running. */
interface Held {
  readonly id: string;
  readonly token: string;
  readonly lost: AbortController;
}

/**
 * Renews the locks of the jobs of one queue's worker, and takes back jobs of dead workers. BullMQ can do both, but abandons
 * a job whose lock has expired even if no other worker took it, and takes jobs from live workers after the queue was
 * unavailable to all of them.
 */
export class JobLocks {
  private readonly held = new Map<string, Held>();
  private lastRoundAt = 0;
  private lookAt = 0;

  constructor(
    private readonly worker: Worker,
    private readonly backend: QueueBackend,
    private readonly logger: Logger,
  ) {}

  /** Runs `work` while the lock is renewed; the signal aborts if another worker has taken the job. */
  async whileHeld(
    { id = '' }: Job,
    token: string,
    work: (lost: AbortSignal) => Promise<void>,
  ): Promise<void> {
    // The job was taken back and came here again, so the previous run has lost it.
    this.held.get(id)?.lost.abort(new Error('the job was taken back'));
    const held = { id, token, lost: new AbortController() };
    this.held.set(id, held);
    try {
      await work(held.lost.signal);
    } finally {
      if (this.held.get(id) === held) this.held.delete(id);
    }
  }

  /** Runs rounds until the worker is closed, which waits for its jobs to end. */
  async keep(): Promise<void> {
    const closed = new AbortController();
    this.worker.once('closed', () => closed.abort());
    let failing = false;
    this.holdOff();
    while (!closed.signal.aborted) {
      try {
        await this.round();
        failing = false;
      } catch (error) {
        this.holdOff();
        if (!failing && !this.worker.closing)
          this.logger.warn({ queue: this.worker.name, err: error }, 'cannot renew the locks of jobs');
        failing = true;
      }
      await pause(roundMs, closed.signal);
    }
  }

  private async round(): Promise<void> {
    await this.renew();
    const now = performance.now();
    if (now - this.lastRoundAt > roundMs + lateMs) this.holdOff();
    this.lastRoundAt = now;
    if (now >= this.lookAt && !this.worker.closing) await this.takeBack();
  }

  private holdOff(): void {
    this.lookAt = performance.now() + holdOffMs;
  }

  /** Queries the queue even without held locks: jobs are taken back only while the queue responds. */
  private async renew(): Promise<void> {
    const held = [...this.held.values()];
    const expired = await this.worker.extendJobLocks(
      held.map(({ id }) => id),
      held.map(({ token }) => token),
      lockMs,
    );
    for (const job of held) {
      if (!expired.includes(job.id) || (await this.backend.lockAgain(this.worker, job, lockMs))) continue;
      job.lost.abort(new Error('another worker has the job'));
    }
  }

  private async takeBack(): Promise<void> {
    const jobs = await this.worker.backend.moveStalledJobsToWait();
    if (jobs.length > 0)
      this.logger.warn(
        { queue: this.worker.name, jobs },
        'took jobs back from a worker that died or stalled',
      );
  }
}
