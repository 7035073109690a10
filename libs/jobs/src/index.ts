/**
 * jobs: BullMQ, and everything that touches it: the queue backend (Redis or Postgres), the relay
 * that empties the outbox into the queues, and the runner that translates the result of a handler
 * into BullMQ's outcomes.
 *
 * Does not belong here: what a job does (apps/worker), which jobs there are (room outbox).
 */
import './errors.js';

export type { JobContext, JobHandler, JobHandlers } from './job-handlers.js';
export { jobHandlersToken, JobsModule, type JobsSettings } from './jobs.module.js';
export { lockMs } from './job-locks.js';
export { migrateQueue, openQueueBackend } from './queue-backend.js';
