import { jobCatalog, type JobName, type QueueName } from '#outbox';
import { gauges, histogram, type Sample } from '#runtime';

/**
 * How a run of a job ended: done, to be retried by the queue, left to the sweep because a service is unavailable, given up,
 * handed back at shutdown, or lost to another worker.
 */
export type JobOutcome = 'done' | 'retried' | 'put_off' | 'given_up' | 'handed_back' | 'lost';

/** Counts of one kind of job: `ended` were done or given up, and `failed` of those were given up. */
interface EndedJobs {
  job: JobName;
  ended: number;
  failed: number;
}

interface RunningJob {
  readonly id: string;
  readonly since: Date;
}

/** Limit of tracked delayed jobs, more than a worker returns within the longest delay. Any beyond it count as waiting. */
const delayedMax = 1_000;

const durations = histogram(
  'landfall_job_seconds',
  'Duration of a run of a job, by outcome: done, retried, put_off, given_up, handed_back, lost',
  [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3_600, 10_800],
  ['job_name', 'outcome'],
);
const runningByJob = new Map<JobName, number>();
gauges('landfall_jobs_running', 'Jobs that this worker is running', ['job_name'], () =>
  samplesOf('job_name', runningByJob),
);
const slotsByQueue = new Map<QueueName, number>();
gauges('landfall_job_slots', 'Maximum number of concurrent jobs of this worker', ['queue'], () =>
  samplesOf('queue', slotsByQueue),
);

/** Sets the gauge of how many jobs of a queue this worker runs concurrently. */
export function showSlots(queue: QueueName, slots: number): void {
  slotsByQueue.set(queue, slots);
}

/** Tracks the jobs of a worker: running ones, those delayed for a retry, and the counts of ended ones. */
export class WorkInHand {
  /** Runs, not job ids: a job that was taken back may start here again before its previous run has ended. */
  private readonly running = new Set<RunningJob>();
  /** When each job is due again, in milliseconds since 1970. */
  private readonly delayed = new Map<string, number>();
  private ended = new Map<JobName, EndedJobs>();
  private tellEmpty: () => void = () => undefined;

  /**
   * Records the start of a run.
   * @returns a function that records its end; `delayMs` is the delay of its retry
   */
  begin(id: string, job: JobName): (outcome: JobOutcome, delayMs?: number) => void {
    const startedAt = performance.now();
    const run = { id, since: new Date() };
    this.running.add(run);
    this.delayed.delete(id);
    countRunning(job, 1);
    return (outcome, delayMs = 0) => {
      this.running.delete(run);
      if (this.running.size === 0) this.tellEmpty();
      countRunning(job, -1);
      durations.observe({ job_name: job, outcome }, (performance.now() - startedAt) / 1_000);
      if (delayMs > 0 && this.delayed.size < delayedMax) this.delayed.set(id, Date.now() + delayMs);
      if (outcome === 'done' || outcome === 'given_up') this.count(job, outcome);
    };
  }

  /** Resolves when no job runs. */
  async whenEmpty(): Promise<void> {
    while (this.running.size > 0) await new Promise<void>((resolve) => (this.tellEmpty = resolve));
  }

  /** The current jobs, and the counts of those that ended since the last call. */
  take(): { running: RunningJob[]; delayed: string[]; ended: EndedJobs[] } {
    const now = Date.now();
    for (const [id, until] of this.delayed) if (until <= now) this.delayed.delete(id);
    const ended = [...this.ended.values()];
    this.ended = new Map();
    return { running: [...this.running], delayed: [...this.delayed.keys()], ended };
  }

  private count(job: JobName, outcome: 'done' | 'given_up'): void {
    const { ended, failed } = this.ended.get(job) ?? { ended: 0, failed: 0 };
    this.ended.set(job, { job, ended: ended + 1, failed: failed + (outcome === 'given_up' ? 1 : 0) });
  }
}

/** BullMQ's delay, as configured by the relay, before it retries a job that failed after `attemptsMade` earlier attempts. */
export function retryDelayMs(job: JobName, attemptsMade: number): number {
  return jobCatalog[job].backoffMs * 2 ** attemptsMade;
}

function countRunning(job: JobName, change: number): void {
  runningByJob.set(job, (runningByJob.get(job) ?? 0) + change);
}

function samplesOf(label: string, values: ReadonlyMap<string, number>): Sample[] {
  return [...values].map(([name, value]) => [{ [label]: name }, value]);
}
