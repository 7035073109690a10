/**
 * queues: how much work there is, who does it and how fast it goes, by queue and job, for the API, the metrics and whoever
 * scales workers. All of it is read from Postgres: the rows say what is to be done, and workers report what they do.
 * (decision 40)
 *
 * Does not belong here: BullMQ (room jobs); what is to be done of an upload or a delivery, which its own room counts.
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
