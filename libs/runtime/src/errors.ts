import { defineErrors } from './error-table.js';

/**
 * The errors of every process, and those shared by rooms that may not import each other: full scratch space and an
 * unavailable store by `storage` and `video`, an invalid field by `oss` and `uploads`, and an unknown address by the api and
 * the management port.
 */
const runtimeErrors = defineErrors({
  'internal.unexpected': { kind: 'internal', retry: 'backoff', message: 'Something went wrong on our side' },
  'config.invalid': { kind: 'internal', retry: 'never', message: 'The configuration is invalid' },
  'request.invalid': { kind: 'badRequest', retry: 'never', message: 'The request is invalid' },
  'request.not_found': { kind: 'notFound', retry: 'never', message: 'Nothing exists at this address' },
  'request.method_not_allowed': {
    kind: 'methodNotAllowed',
    retry: 'never',
    message: 'This address does not support this method',
  },
  'callback.field_invalid': {
    kind: 'badRequest',
    retry: 'never',
    message: 'A field of the callback body is invalid',
  },
  'storage.unavailable': {
    kind: 'unavailable',
    retry: 'backoff',
    message: 'The object store does not respond',
  },
  'media.scratch_full': {
    kind: 'unavailable',
    retry: 'backoff',
    message: 'The worker has no scratch space left',
  },
});

type RuntimeErrors = typeof runtimeErrors;
declare global {
  interface LandfallErrors extends RuntimeErrors {}
}
