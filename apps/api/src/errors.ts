import { defineErrors } from '#runtime';

/** Errors of the HTTP edge. */
const apiErrors = defineErrors({
  'request.too_large': { kind: 'tooLarge', retry: 'never', message: 'The request body is too large' },
  'auth.key_missing': {
    kind: 'unauthorized',
    retry: 'never',
    message: 'The request has no API key: send Authorization: Bearer <key>',
  },
  'auth.key_invalid': { kind: 'unauthorized', retry: 'never', message: 'The API key is unknown' },
  'auth.link_invalid': {
    kind: 'forbidden',
    retry: 'never',
    message: 'The link is invalid or has expired',
  },
  'auth.token_invalid': { kind: 'unauthorized', retry: 'never', message: 'The token is invalid' },
  'auth.token_expired': {
    kind: 'unauthorized',
    retry: 'never',
    message: 'The token has expired; request a new one from your backend',
  },
  'auth.token_scope': {
    kind: 'forbidden',
    retry: 'never',
    message: 'The token does not grant access to this',
  },
  'live.streams_full': {
    kind: 'unavailable',
    retry: 'backoff',
    message: 'Too many event streams are open',
  },
  'live.waiting_full': {
    kind: 'unavailable',
    retry: 'backoff',
    message: 'Too many requests are waiting for events',
  },
  'callback.signature_missing': {
    kind: 'forbidden',
    retry: 'never',
    message: 'The callback has no signature: header authorization is missing',
  },
  'callback.signature_mismatch': {
    kind: 'forbidden',
    retry: 'never',
    message: 'The callback signature does not match the received request',
  },
  'callback.key_unavailable': {
    kind: 'unavailable',
    retry: 'backoff',
    message: 'The public key of the callback cannot be fetched',
  },
  'callback.bucket_forbidden': {
    kind: 'forbidden',
    retry: 'never',
    message: 'This service does not accept uploads from this bucket',
  },
  'callback.unproven_limited': {
    kind: 'unavailable',
    retry: 'backoff',
    message: 'Too many callbacks arrive without a ticket or a secret callback URL',
  },
  'event.sender_forbidden': {
    kind: 'forbidden',
    retry: 'never',
    message: 'Events from this sender are not accepted',
  },
  'event.token_invalid': {
    kind: 'forbidden',
    retry: 'never',
    message: 'The event does not carry one of the configured tokens',
  },
  'event.signature_mismatch': {
    kind: 'forbidden',
    retry: 'never',
    message: 'The event signature does not match the received request',
  },
  'event.cert_unavailable': {
    kind: 'unavailable',
    retry: 'backoff',
    message: 'The certificate of the event cannot be fetched',
  },
  'event.unproven_limited': {
    kind: 'unavailable',
    retry: 'backoff',
    message: 'Too many events arrive without a ticket or a secret URL',
  },
  'rendition.not_found': {
    kind: 'notFound',
    retry: 'never',
    message: 'No ready rendition has this name',
  },
  'upload.changed': {
    kind: 'preconditionFailed',
    retry: 'never',
    message: 'The upload no longer matches If-Match: get it again',
  },
  'pipelines.text_invalid': {
    kind: 'unprocessable',
    retry: 'never',
    message: 'The text is not a valid pipelines file: check it first',
  },
  'stats.busy': {
    kind: 'unavailable',
    retry: 'backoff',
    message: 'Too many other time ranges are being counted',
  },
  'stats.counting': {
    kind: 'unavailable',
    retry: 'backoff',
    message: 'The uploads are still being counted: retry in a few seconds',
  },
  'ticket.bucket_forbidden': {
    kind: 'forbidden',
    retry: 'never',
    message: 'This service issues no tickets for this bucket',
  },
  'ticket.key_forbidden': {
    kind: 'forbidden',
    retry: 'never',
    message: 'This service issues no tickets for this object key',
  },
  'ticket.key_invalid': {
    kind: 'badRequest',
    retry: 'never',
    message: 'The object key cannot be used for a ticket',
  },
  'ticket.pipeline_unknown': {
    kind: 'unprocessable',
    retry: 'never',
    message: 'No pipeline has this name',
  },
});

type ApiErrors = typeof apiErrors;
declare global {
  interface LandfallErrors extends ApiErrors {}
}
