import { defineErrors } from '#runtime';

/** Errors of the queue. */
const jobsErrors = defineErrors({
  'queue.unavailable': { kind: 'unavailable', retry: 'backoff', message: 'The queue does not respond' },
});

type JobsErrors = typeof jobsErrors;
declare global {
  interface LandfallErrors extends JobsErrors {}
}
