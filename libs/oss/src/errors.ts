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
    message: 'The callback path contains invalid percent-encoding',
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
    message: 'The event signature has an unknown format',
  },
  'event.expired': {
    kind: 'forbidden',
    retry: 'never',
    message: 'The signed time of the event is missing or too far from the current time',
  },
  'event.body_mismatch': {
    kind: 'forbidden',
    retry: 'never',
    message: 'The event body does not match its signed checksum',
  },
  'event.cert_url_missing': {
    kind: 'forbidden',
    retry: 'never',
    message: 'The event names no certificate',
  },
  'event.cert_url_malformed': {
    kind: 'forbidden',
    retry: 'never',
    message: 'The certificate URL of the event is not a plain http(s) URL',
  },
  'event.cert_host_forbidden': {
    kind: 'forbidden',
    retry: 'never',
    message: 'The host of the event certificate is not allowed',
  },
  'event.body_malformed': {
    kind: 'badRequest',
    retry: 'never',
    message: 'The body contains no OSS event notification',
  },
  'event.invalid': {
    kind: 'badRequest',
    retry: 'never',
    message: 'An event lacks a required field or has an invalid one',
  },
  'event.queue_unavailable': {
    kind: 'unavailable',
    retry: 'backoff',
    message: 'The event queue cannot be reached',
  },
});

type OssErrors = typeof ossErrors;
declare global {
  interface LandfallErrors extends OssErrors {}
}
