import { defineErrors } from '#runtime';

/** What the object store says of an object, and objects that are not what they should be. */
const storageErrors = defineErrors({
  'object.missing': { kind: 'notFound', retry: 'never', message: 'The object is no longer in the bucket' },
  'object.unconfirmed': {
    kind: 'unprocessable',
    retry: 'never',
    message: 'The object was not stored when the callback says',
  },
  'object.changed': {
    kind: 'unprocessable',
    retry: 'never',
    message: 'The object was overwritten after this upload',
  },
  'object.size_mismatch': {
    kind: 'unprocessable',
    retry: 'never',
    message: 'The object has another size than the callback said',
  },
  'object.empty': { kind: 'unprocessable', retry: 'never', message: 'The object is empty' },
  'object.encoded': {
    kind: 'unsupported',
    retry: 'never',
    message: 'The object is stored with a Content-Encoding; upload it plain',
  },
  'object.too_large': {
    kind: 'tooLarge',
    retry: 'never',
    message: 'The object is larger than this service processes',
  },
  'storage.refused': {
    kind: 'unprocessable',
    retry: 'never',
    message: 'The object store does not do this with this object',
  },
  'storage.denied': {
    kind: 'forbidden',
    retry: 'backoff',
    message: 'The object store refuses access with our credentials',
  },
});

type StorageErrors = typeof storageErrors;
declare global {
  interface LandfallErrors extends StorageErrors {}
}
