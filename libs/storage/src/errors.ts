import { defineErrors } from '#runtime';

/** Errors of the object store, and of objects that differ from what was expected. */
const storageErrors = defineErrors({
  'object.missing': { kind: 'notFound', retry: 'never', message: 'The object is no longer in the bucket' },
  'object.unconfirmed': {
    kind: 'unprocessable',
    retry: 'never',
    message: 'The object was not stored at the time the callback states',
  },
  'object.changed': {
    kind: 'unprocessable',
    retry: 'never',
    message: 'The object was overwritten after this upload',
  },
  'object.size_mismatch': {
    kind: 'unprocessable',
    retry: 'never',
    message: 'The size of the object differs from the size in the callback',
  },
  'object.empty': { kind: 'unprocessable', retry: 'never', message: 'The object is empty' },
  'object.encoded': {
    kind: 'unsupported',
    retry: 'never',
    message: 'The object is stored with a Content-Encoding; upload it without one',
  },
  'object.too_large': {
    kind: 'tooLarge',
    retry: 'never',
    message: 'The object is larger than this service accepts',
  },
  'storage.refused': {
    kind: 'unprocessable',
    retry: 'never',
    message: 'The object store refuses this operation on this object',
  },
  'storage.denied': {
    kind: 'forbidden',
    retry: 'backoff',
    message: 'The object store denies access with our credentials',
  },
});

type StorageErrors = typeof storageErrors;
declare global {
  interface LandfallErrors extends StorageErrors {}
}
