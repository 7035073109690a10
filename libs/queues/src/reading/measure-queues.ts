import { gauges, type Sample } from '#runtime';
import type { QueueFigures } from './queue-figures.js';
import type { Queues } from './queues-view.js';

/** Declares the figures as gauges of this process. Call once, and only in the api: they are the same everywhere. */
export function measureQueues(figures: QueueFigures): void {
  const of = (read: (queues: Queues) => Sample[]) => async () => read(await figures.get());
  const each = (queues: Queues) => Object.entries(queues.queues);
  gauges(
    'landfall_queue_jobs',
    'Work that is to be done, by job and state: waiting, active, delayed; of deliveries the name is delivery',
    ['queue', 'job_name', 'state'],
    of((queues) =>
      each(queues).flatMap(([queue, { jobs, ...all }]) =>
        Object.entries(queue === 'delivery' ? { delivery: all } : jobs).flatMap(([job, figures]) =>
          (['waiting', 'active', 'delayed'] as const).map((state): Sample => [
            { queue, job_name: job, state },
            figures[state],
          ]),
        ),
      ),
    ),
  );
  gauges(
    'landfall_queue_backlog_jobs',
    'Work that is waiting or active, of a paused queue only active: scale by it',
    ['queue'],
    of((queues) => each(queues).map(([queue, { backlog }]) => [{ queue }, backlog])),
  );
  gauges(
    'landfall_queue_oldest_waiting_seconds',
    'For how long the first of those that wait has been, 0 when none waits or the queue is paused',
    ['queue'],
    of((queues) =>
      each(queues).map(([queue, { oldestWaitingSeconds, pausedAt }]) => [
        { queue },
        // Autoscalers must not start workers for a paused queue.
        pausedAt === null ? (oldestWaitingSeconds ?? 0) : 0,
      ]),
    ),
  );
  gauges(
    'landfall_queue_paused',
    '1 while no worker takes from a queue, because somebody paused it',
    ['queue'],
    of((queues) => each(queues).map(([queue, { pausedAt }]) => [{ queue }, pausedAt === null ? 0 : 1])),
  );
  gauges(
    'landfall_queue_workers',
    'Workers that take from a queue and were heard of in the last 15 seconds',
    ['queue'],
    of((queues) => each(queues).map(([queue, { workers }]) => [{ queue }, workers])),
  );
  gauges(
    'landfall_outbox_jobs',
    'Jobs that are in no queue yet',
    [],
    of(({ outbox }) => [[{}, outbox.count]]),
  );
  gauges(
    'landfall_outbox_oldest_seconds',
    'Age of the first job that is in no queue yet, 0 when there is none',
    [],
    of(({ outbox }) => [[{}, outbox.oldestSeconds ?? 0]]),
  );
  gauges(
    'landfall_queue_reachable',
    '1 while the workers reach the queue, 0 while one does not; without workers there is none',
    [],
    of(({ queueReachable }) => (queueReachable === null ? [] : [[{}, queueReachable ? 1 : 0]])),
  );
  gauges(
    'landfall_events_unplaced',
    'Events that have no position yet, so that nobody can read them',
    [],
    of(({ unplacedEvents }) => [[{}, unplacedEvents.count]]),
  );
  gauges(
    'landfall_events_unplaced_oldest_seconds',
    'Age of the first event that has no position yet, 0 when there is none',
    [],
    of(({ unplacedEvents }) => [[{}, unplacedEvents.oldestSeconds ?? 0]]),
  );
}
