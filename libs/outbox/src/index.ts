/**
 * outbox: the catalog of jobs, and the rows that mean "this job must be queued".
 *
 * The transaction that makes the work necessary writes the rows; the relay (room jobs) moves them
 * into BullMQ. Does not belong here: anything that depends on BullMQ, because the api writes jobs
 * without loading it. A new job is one line in `job-catalog.ts`; the worker then does not compile
 * without its handler.
 */
export { countOutbox } from './count-outbox.js';
export {
  isJobName,
  jobCatalog,
  jobIdOf,
  type JobName,
  type JobPayload,
  type MakingJob,
  priorityOf,
  type QueueName,
  queueNames,
  readJobId,
  type Urgency,
} from './job-catalog.js';
export { OutboxRow } from './outbox-row.entity.js';
export { outboxChannel, outboxRow, queueJobs } from './outbox.js';
