import { z } from 'zod';
import { type TakenName, takenNames, takenNameSchema } from '../taken-names.js';

const count = () => z.int().min(0);
const seconds = () => z.number().min(0).nullable();

const figures = {
  waiting: count().describe('to be done now, and nobody does it; what is still in the outbox is included'),
  active: count().describe('a worker does it, as of its last report'),
  delayed: count().describe('to be tried again later, after a failure or a pause'),
  failed: count().describe('given up in the last hour'),
  backlog: count().describe(
    'waiting and active, of a paused queue only active: what workers are needed for. Scale by it',
  ),
  oldestWaitingSeconds: seconds().describe(
    'for how long the first of those that wait has been; null when none waits',
  ),
  drainedPerMinute: z.number().min(0).describe('ended a minute, done or given up, in the last two minutes'),
};

const jobFigures = z.object(figures).meta({ id: 'JobFigures', description: 'How much of one job there is.' });

const queueFigures = z
  .object({
    ...figures,
    workers: count().describe('workers that take from it and were heard of in the last 15 seconds'),
    pausedAt: z.iso
      .datetime()
      .nullable()
      .describe('since when no worker takes from it; null unless it is paused'),
    jobs: z.record(z.string(), jobFigures).describe('the same by job; deliveries are no jobs'),
  })
  .meta({ id: 'QueueFigures', description: 'How much work of a queue there is, and how fast it goes.' });

const rows = (what: string) =>
  z
    .object({
      count: count(),
      oldestSeconds: seconds().describe('age of the first; null when there is none'),
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
    outbox: rows('jobs that are in no queue yet; of what waits'),
    unplacedEvents: rows('events that nobody can read yet; of what waits for delivery'),
    queueReachable: z
      .boolean()
      .nullable()
      .describe(
        'false while a worker cannot reach the queue: then what lands stays in the outbox. null when no worker runs',
      ),
    readAt: z.iso.datetime(),
  })
  .meta({ id: 'Queues', description: 'How much work there is, by queue and job.' });

/** The response to pausing and resuming a queue. */
export const pauseSchema = z
  .object({
    queue: takenNameSchema,
    pausedAt: z.iso.datetime().nullable().describe('since when it is paused; null when it is not'),
  })
  .meta({ id: 'QueuePause', description: 'Whether workers take from a queue.' });

export type QueuePause = z.output<typeof pauseSchema>;
export type Queues = z.output<typeof queuesSchema>;
export type QueueView = z.output<typeof queueFigures>;
export type Figures = z.output<typeof jobFigures>;
