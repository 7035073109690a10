import { type DataSource, type EntityManager, translateDatabaseErrors } from '#database';
import { countUnplaced } from '#events';
import { countOutbox, isJobName, jobCatalog, type JobName, queueNames } from '#outbox';
import { LandfallError } from '#runtime';
import { countOpenJobs } from '#uploads';
import { countDeliveries } from '#webhooks';
import { readPauses } from '../pausing/pauses.js';
import { silenceMaxS, tallyKept } from '../reporting/report-times.js';
import type { Figures, Queues, QueueView } from './queues-view.js';

/** Time limit of each count. */
const statementTimeoutMs = 20_000;
/** Memory for the sorts and hashes of a count: enough for a million jobs without spilling to disk. */
const workMemory = '64MB';

/** Counts of any kind of work. */
interface Counted {
  waiting: number;
  active: number;
  delayed: number;
  oldestWaitingSeconds: number | null;
}

interface Tally {
  job: string;
  drainedPerMinute: number;
  failed: number;
}

interface Reports {
  running: string[];
  delayed: string[];
  /** Number of workers by queue. */
  workers: Map<string, number>;
  queueReachable: boolean | null;
}

/**
 * Reads the figures of all queues, one count after another on one connection.
 * @throws LandfallError database.unavailable
 */
export function readQueues(source: DataSource): Promise<Queues> {
  if (!source.isInitialized) throw new LandfallError('database.unavailable');
  const read = source.transaction(async (manager): Promise<Queues> => {
    await manager.query(
      `SET LOCAL statement_timeout = ${statementTimeoutMs}; SET LOCAL work_mem = '${workMemory}'`,
    );
    const { running, delayed, workers, queueReachable } = await readReports(manager);
    const tallies = await readTallies(manager);
    const pauses = await readPauses(manager);
    const figuresOf = (queue: string, job: string, counted: Counted = none) => {
      const figures = withTally(counted, tallies.get(job));
      // A paused queue needs no workers but the busy ones, which must not be stopped.
      return queue in pauses ? { ...figures, backlog: figures.active } : figures;
    };
    const open = await countOpenJobs(manager, { running, delayed });
    const openOf = new Map<string, Counted>(open.map(({ job, ...counted }) => [job, counted]));
    const deliveries = await countDeliveries(manager);
    const unplacedEvents = await countUnplaced(manager);
    const outbox = await countOutbox(manager);
    const viewOf = (queue: string, jobs: Record<string, Figures>, all: Figures): QueueView => ({
      ...all,
      workers: workers.get(queue) ?? 0,
      pausedAt: pauses[queue]?.toISOString() ?? null,
      jobs,
    });
    const ofJobs = queueNames.map((queue) => {
      const names = jobNames.filter((name) => jobCatalog[name].queue === queue);
      const jobs = Object.fromEntries(names.map((name) => [name, figuresOf(queue, name, openOf.get(name))]));
      return [queue, viewOf(queue, jobs, sumOf(Object.values(jobs)))] as const;
    });
    // An unplaced event has no deliveries yet, and only gets them if a worker runs, even while deliveries are paused.
    const toDeliver = sumOf([
      figuresOf('delivery', 'delivery', deliveries),
      withTally({
        ...none,
        waiting: unplacedEvents.count,
        oldestWaitingSeconds: unplacedEvents.oldestSeconds,
      }),
    ]);
    const queues = Object.fromEntries([...ofJobs, ['delivery', viewOf('delivery', {}, toDeliver)]]);
    return {
      queues: queues as Queues['queues'],
      outbox,
      unplacedEvents,
      queueReachable,
      readAt: new Date().toISOString(),
    };
  });
  return translateDatabaseErrors(read);
}

const jobNames: JobName[] = Object.keys(jobCatalog).filter(isJobName);
const none: Counted = { waiting: 0, active: 0, delayed: 0, oldestWaitingSeconds: null };

async function readReports(manager: EntityManager): Promise<Reports> {
  const rows = (await manager.query(
    `SELECT queues, running, delayed, queue_reachable AS "queueReachable" FROM worker_reports
     WHERE seen_at > now() - make_interval(secs => ${silenceMaxS})`,
  )) as { queues: string[]; running: string[]; delayed: string[]; queueReachable: boolean }[];
  const workers = new Map<string, number>();
  for (const queue of rows.flatMap(({ queues }) => queues)) workers.set(queue, (workers.get(queue) ?? 0) + 1);
  return {
    running: rows.flatMap(({ running }) => running),
    delayed: rows.flatMap(({ delayed }) => delayed),
    workers,
    queueReachable: rows.length === 0 ? null : rows.every(({ queueReachable }) => queueReachable),
  };
}

/** Failures of the last hour, and the rate of ended jobs in the previous minute and the elapsed part of this one. */
async function readTallies(manager: EntityManager): Promise<Map<string, Tally>> {
  const rows = (await manager.query(
    `SELECT job, sum(failed)::int AS failed,
            coalesce(sum(ended) FILTER (WHERE minute >= date_trunc('minute', now()) - interval '1 minute'), 0)::float8
              * 60 / (60 + extract(second FROM now())::float8) AS "drainedPerMinute"
     FROM job_tallies WHERE minute > now() - ${tallyKept} GROUP BY job`,
  )) as Tally[];
  return new Map(rows.map((row) => [row.job, row]));
}

function withTally(
  counted: Counted,
  { drainedPerMinute, failed }: Omit<Tally, 'job'> = { drainedPerMinute: 0, failed: 0 },
): Figures {
  const { waiting, active, oldestWaitingSeconds } = counted;
  return {
    ...counted,
    // The clock that dated the row may be ahead of that of Postgres.
    oldestWaitingSeconds: oldestWaitingSeconds === null ? null : Math.max(0, toTenths(oldestWaitingSeconds)),
    failed,
    backlog: waiting + active,
    drainedPerMinute: toTenths(drainedPerMinute),
  };
}

const toTenths = (value: number): number => Math.round(value * 10) / 10;

function sumOf(parts: readonly Figures[]): Figures {
  const sum = (field: Exclude<keyof Figures, 'oldestWaitingSeconds'>) =>
    parts.reduce((total, part) => total + part[field], 0);
  const ages = parts.flatMap(({ oldestWaitingSeconds: age }) => (age === null ? [] : [age]));
  return {
    waiting: sum('waiting'),
    active: sum('active'),
    delayed: sum('delayed'),
    failed: sum('failed'),
    backlog: sum('backlog'),
    oldestWaitingSeconds: ages.length > 0 ? Math.max(...ages) : null,
    drainedPerMinute: sum('drainedPerMinute'),
  };
}
