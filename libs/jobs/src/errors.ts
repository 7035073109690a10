import { defineErrors } from '#runtime';

/** What the queue answers, or that it does not. */
const jobsErrors = defineErrors({
  'queue.unavailable': { kind: 'unavailable', retry: 'backoff', message: 'The queue does not respond' },
});

type JobsErrors = typeof jobsErrors;
declare global {
  interface LandfallErrors extends JobsErrors {}
}
