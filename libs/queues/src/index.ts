/**
 * queues: open work, the workers that do it, and their throughput, by queue and job, for the API, metrics and autoscalers.
 * All of it is read from Postgres: the rows define the open work, and workers report what they do (decision 40).
 *
 * Does not belong here: BullMQ (room jobs); the counts of open uploads and deliveries, which their own rooms provide.
 */
export { measureQueues } from './reading/measure-queues.js';
export { QueueFigures } from './reading/queue-figures.js';
export { pauseSchema, type QueuePause, type Queues, queuesSchema } from './reading/queues-view.js';
export { type TakenName, takenNameSchema } from './taken-names.js';
export { readWorkers } from './reading/read-workers.js';
export { type Workers, workersSchema } from './reading/workers-view.js';
export { pauseQueue, readPauses, resumeQueue } from './pausing/pauses.js';
export { WorkerReporter } from './reporting/worker-reporter.js';
export { removeOldReports } from './reporting/remove-old-reports.js';
export { queueEntities } from './rows/queue-entities.js';
