import { defineErrors } from '#runtime';

/** What the HTTP edge refuses. */
const apiErrors = defineErrors({
  'request.not_found': { kind: 'notFound', retry: 'never', message: 'There is nothing at this address' },
  'request.method_not_allowed': {
    kind: 'methodNotAllowed',
    retry: 'never',
    message: 'This address does not take this method',
  },
  'request.too_large': { kind: 'tooLarge', retry: 'never', message: 'The request body is too large' },
  'auth.key_missing': {
    kind: 'unauthorized',
    retry: 'never',
    message: 'An API key is needed: Authorization: Bearer <key>',
  },
  'auth.key_invalid': { kind: 'unauthorized', retry: 'never', message: 'This API key is not known' },
  'auth.link_invalid': {
    kind: 'forbidden',
    retry: 'never',
    message: 'This link is not valid or has expired',
  },
  'callback.signature_missing': {
    kind: 'forbidden',
    retry: 'never',
    message: 'The callback has no signature: header authorization is missing',
  },
  'callback.signature_mismatch': {
    kind: 'forbidden',
    retry: 'never',
    message: 'The callback signature does not match what was received',
  },
  'callback.key_unavailable': {
    kind: 'unavailable',
    retry: 'backoff',
    message: 'The public key of the callback cannot be fetched',
  },
  'callback.bucket_forbidden': {
    kind: 'forbidden',
    retry: 'never',
    message: 'This bucket is not one of ours',
  },
  'callback.unproven_limited': {
    kind: 'unavailable',
    retry: 'backoff',
    message: 'Too many callbacks come that nobody vouches for',
  },
  'rendition.not_found': {
    kind: 'notFound',
    retry: 'never',
    message: 'There is no such rendition that is ready',
  },
  'ticket.bucket_forbidden': {
    kind: 'forbidden',
    retry: 'never',
    message: 'No tickets are issued for this bucket',
  },
  'ticket.key_forbidden': {
    kind: 'forbidden',
    retry: 'never',
    message: 'No tickets are issued for this object key',
  },
  'ticket.key_invalid': { kind: 'badRequest', retry: 'never', message: 'This is no object key for a ticket' },
  'ticket.pipeline_unknown': {
    kind: 'unprocessable',
    retry: 'never',
    message: 'There is no pipeline of this name',
  },
});

type ApiErrors = typeof apiErrors;
declare global {
  interface LandfallErrors extends ApiErrors {}
}
