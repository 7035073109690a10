import { type Logger, pause } from '#runtime';
import type { Job, Worker } from 'bullmq';
import type { QueueBackend } from './queue-backend.js';

/**
 * How long a job stays with a worker that is not heard of. A worker that stands still for longer
 * than this, less a round, loses its jobs to whoever looks.
 */
export const lockMs = 6_000;

/** Between two rounds: each renews the locks of this worker's jobs, then takes back those of dead ones. */
const roundMs = 1_000;

/** All workers of a queue together look for jobs of dead ones once in this time: less than a round, which may be a little early. */
export const lookMs = 0.9 * roundMs;

/** A round that is later than this tells that the queue was away, or that this process stood still. */
const lateMs = 1_000;

/** How long others then have to renew their locks: they connect again within a second, and then renew at once. */
const holdOffMs = 3_000;

/** A job that this worker works on. */
interface Held {
  readonly id: string;
  readonly token: string;
  readonly lost: AbortController;
}

/**
 * Holds the locks of the jobs of one queue's worker, and takes back the jobs of workers that died. BullMQ does both by itself,
 * but gives up a job whose lock expired although nobody has taken it, and takes jobs from workers that live when the queue was
 * away for everybody.
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

  /** Works with the lock held; the signal aborts when another worker has the job. */
  async whileHeld(
    { id = '' }: Job,
    token: string,
    work: (lost: AbortSignal) => Promise<void>,
  ): Promise<void> {
    // It was taken back and has come here once more, so the run before has lost it.
    this.held.get(id)?.lost.abort(new Error('the job was taken back'));
    const held = { id, token, lost: new AbortController() };
    this.held.set(id, held);
    try {
      await work(held.lost.signal);
    } finally {
      if (this.held.get(id) === held) this.held.delete(id);
    }
  }

  /** Goes round until the worker is closed, which first ends its jobs. */
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

  /** Asks the queue even when it holds nothing: whoever takes back must know that the queue is there. */
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
        'took jobs back from a worker that died or stands still',
      );
  }
}
