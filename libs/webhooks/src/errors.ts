import { defineErrors } from '#runtime';

/** Errors of webhooks, and the codes in `error` of a failed delivery. */
const webhookErrors = defineErrors({
  'webhook.not_found': { kind: 'notFound', retry: 'never', message: 'No webhook has this id' },
  'webhook.url_forbidden': {
    kind: 'unprocessable',
    retry: 'never',
    message: 'This service does not send webhooks to this URL',
  },
  'webhook.limit_reached': {
    kind: 'conflict',
    retry: 'never',
    message: 'The maximum number of webhooks is reached',
  },
  'webhook.not_enabled': {
    kind: 'conflict',
    retry: 'never',
    message: 'The webhook is disabled: enable it first',
  },
  'delivery.not_found': {
    kind: 'notFound',
    retry: 'never',
    message: 'The webhook has no delivery of this event',
  },
  'delivery.event_gone': {
    kind: 'gone',
    retry: 'never',
    message: 'The event is no longer in the event log',
  },
  'delivery.unresolved': {
    kind: 'unavailable',
    retry: 'backoff',
    message: 'The host of the webhook cannot be resolved',
  },
  'delivery.address_forbidden': {
    kind: 'forbidden',
    retry: 'backoff',
    message: 'The host of the webhook resolves to an address that is not public',
  },
  'delivery.unreachable': {
    kind: 'unavailable',
    retry: 'backoff',
    message: 'The webhook does not accept connections',
  },
  'delivery.tls_failed': {
    kind: 'unavailable',
    retry: 'backoff',
    message: 'The webhook has no valid certificate, or does not speak TLS',
  },
  'delivery.connection_lost': {
    kind: 'unavailable',
    retry: 'backoff',
    message: 'The webhook closed the connection before it answered',
  },
  'delivery.timed_out': {
    kind: 'unavailable',
    retry: 'backoff',
    message: 'The webhook did not answer in time',
  },
  'delivery.answer_invalid': {
    kind: 'unavailable',
    retry: 'backoff',
    message: 'The webhook did not answer with valid HTTP',
  },
  'delivery.refused': {
    kind: 'unavailable',
    retry: 'backoff',
    message: 'The webhook answered with a status other than 2xx',
  },
  'delivery.redirected': {
    kind: 'unavailable',
    retry: 'backoff',
    message: 'The webhook answered with a redirect, which is not followed',
  },
});

type WebhookErrors = typeof webhookErrors;
declare global {
  interface LandfallErrors extends WebhookErrors {}
}
