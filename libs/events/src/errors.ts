import { defineErrors } from '#runtime';

/** Errors of reading the event log. */
const eventErrors = defineErrors({
  'event.cursor_unknown': {
    kind: 'notFound',
    retry: 'never',
    message: 'The event log has no event with this id',
  },
  'event.cursor_expired': {
    kind: 'gone',
    retry: 'never',
    message: 'The event is older than the event log; later events may be gone too',
  },
});

type EventErrors = typeof eventErrors;
declare global {
  interface LandfallErrors extends EventErrors {}
}
