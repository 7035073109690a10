import { z } from 'zod';
import { type TakenName, takenNames, takenNameSchema } from '../taken-names.js';

const count = () => z.int().min(0);
const seconds = () => z.number().min(0).nullable();

const figures = {
  waiting: count().describe('due now, but not active; includes jobs that are still in the outbox'),
  active: count().describe('being done by a worker, as of its last report'),
  delayed: count().describe('to be retried later, after a failure or a pause'),
  failed: count().describe('failed for good in the last hour'),
  backlog: count().describe(
    'waiting plus active, or only active if the queue is paused; scale workers by it',
  ),
  oldestWaitingSeconds: seconds().describe('how long the oldest has been waiting; null if none is waiting'),
  drainedPerMinute: z.number().min(0).describe('completed or failed per minute, over the last two minutes'),
};

const jobFigures = z
  .object(figures)
  .meta({ id: 'JobFigures', description: 'Pending work of one job, and how fast it is done.' });

const queueFigures = z
  .object({
    ...figures,
    workers: count().describe('workers of this queue that reported in the last 15 seconds'),
    pausedAt: z.iso.datetime().nullable().describe('when it was paused; null if it is not'),
    jobs: z
      .record(z.string(), jobFigures)
      .describe('the same figures by job; empty for deliveries, which are not jobs'),
  })
  .meta({ id: 'QueueFigures', description: 'Pending work of a queue, and how fast it is done.' });

const rows = (what: string) =>
  z
    .object({
      count: count(),
      oldestSeconds: seconds().describe('age of the oldest; null if there is none'),
    })
    .describe(what);

/** The response of GET /v1/queues, and of /queues at the management port. */
export const queuesSchema = z
  .object({
    queues: z.object(
      Object.fromEntries(takenNames.map((name) => [name, queueFigures])) as Record<
        TakenName,
        typeof queueFigures
      >,
    ),
    outbox: rows('jobs that are not in a queue yet; included in waiting'),
    unplacedEvents: rows('events that cannot be read yet; included in waiting of delivery'),
    queueReachable: z
      .boolean()
      .nullable()
      .describe(
        'false while a worker cannot reach the queue: new jobs then stay in the outbox; null if no worker runs',
      ),
    readAt: z.iso.datetime(),
  })
  .meta({ id: 'Queues', description: 'Pending work by queue and job.' });

/** The response to pausing and resuming a queue. */
export const pauseSchema = z
  .object({
    queue: takenNameSchema,
    pausedAt: z.iso.datetime().nullable().describe('when it was paused; null if it is not'),
  })
  .meta({ id: 'QueuePause', description: 'Whether a queue is paused.' });

export type QueuePause = z.output<typeof pauseSchema>;
export type Queues = z.output<typeof queuesSchema>;
export type QueueView = z.output<typeof queueFigures>;
export type Figures = z.output<typeof jobFigures>;
