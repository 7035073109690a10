import { defineErrors } from '#runtime';

/** Errors of requests with an idempotency key. */
const idempotencyErrors = defineErrors({
  'idempotency.key_invalid': {
    kind: 'badRequest',
    retry: 'never',
    message: 'The idempotency key must be 1 to 255 visible ASCII characters without commas',
  },
  'idempotency.key_in_use': {
    kind: 'conflict',
    retry: 'backoff',
    message: 'The first request with this idempotency key has not been answered yet',
  },
  'idempotency.key_reused': {
    kind: 'unprocessable',
    retry: 'never',
    message: 'This idempotency key was used for another request',
  },
});

type IdempotencyErrors = typeof idempotencyErrors;
declare global {
  interface LandfallErrors extends IdempotencyErrors {}
}
