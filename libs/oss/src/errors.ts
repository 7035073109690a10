import { defineErrors } from '#runtime';

/** Errors of callbacks, events and their delivery. */
const ossErrors = defineErrors({
  'callback.signature_malformed': {
    kind: 'forbidden',
    retry: 'never',
    message: 'The callback signature is not a base64-encoded RSA signature',
  },
  'callback.key_url_missing': {
    kind: 'forbidden',
    retry: 'never',
    message: 'The callback names no public key: header x-oss-pub-key-url is missing',
  },
  'callback.key_url_malformed': {
    kind: 'forbidden',
    retry: 'never',
    message: 'Header x-oss-pub-key-url is not a base64-encoded http(s) URL',
  },
  'callback.key_host_forbidden': {
    kind: 'forbidden',
    retry: 'never',
    message: 'The host of the callback key is not allowed',
  },
  'callback.target_malformed': {
    kind: 'badRequest',
    retry: 'never',
    message: 'The callback path is not valid percent-encoding',
  },
  'callback.body_type_unsupported': {
    kind: 'unsupported',
    retry: 'never',
    message: 'The callback body must be application/x-www-form-urlencoded or application/json',
  },
  'callback.body_malformed': {
    kind: 'badRequest',
    retry: 'never',
    message: 'The callback body cannot be parsed',
  },
  'callback.field_missing': {
    kind: 'badRequest',
    retry: 'never',
    message: 'The callback body lacks a required field',
  },
  'callback.field_duplicated': {
    kind: 'badRequest',
    retry: 'never',
    message: 'The callback body contains a field twice',
  },
  'callback.placeholder_unrendered': {
    kind: 'badRequest',
    retry: 'never',
    message: 'OSS did not fill in a placeholder of the callback body',
  },
  'event.signature_missing': {
    kind: 'forbidden',
    retry: 'never',
    message: 'The event has no signature',
  },
  'event.signature_malformed': {
    kind: 'forbidden',
    retry: 'never',
    message: 'The signature of the event is not of a known form',
  },
  'event.expired': {
    kind: 'forbidden',
    retry: 'never',
    message: 'The event was not sent now, by the time that is signed with it',
  },
  'event.body_mismatch': {
    kind: 'forbidden',
    retry: 'never',
    message: 'The body of the event is not the one whose checksum was signed',
  },
  'event.cert_url_missing': {
    kind: 'forbidden',
    retry: 'never',
    message: 'The event names no certificate',
  },
  'event.cert_url_malformed': {
    kind: 'forbidden',
    retry: 'never',
    message: 'The event does not name its certificate by a plain http(s) URL',
  },
  'event.cert_host_forbidden': {
    kind: 'forbidden',
    retry: 'never',
    message: 'The host of the event certificate is not allowed',
  },
  'event.body_malformed': {
    kind: 'badRequest',
    retry: 'never',
    message: 'The body contains no event notification of OSS',
  },
  'event.invalid': {
    kind: 'badRequest',
    retry: 'never',
    message: 'An event lacks a required member or has an impossible one',
  },
  'event.queue_unavailable': {
    kind: 'unavailable',
    retry: 'backoff',
    message: 'The queue of events cannot be reached',
  },
});

type OssErrors = typeof ossErrors;
declare global {
  interface LandfallErrors extends OssErrors {}
}
