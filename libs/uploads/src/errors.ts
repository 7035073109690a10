import { defineErrors } from '#runtime';

/** Errors of uploads, their renditions and their tickets. */
const uploadsErrors = defineErrors({
  'callback.overloaded': { kind: 'unavailable', retry: 'backoff', message: 'Too many callbacks are waiting' },
  'request.cursor_invalid': {
    kind: 'badRequest',
    retry: 'never',
    message: 'The cursor was not issued by this API',
  },
  'stats.too_many': {
    kind: 'unprocessable',
    retry: 'never',
    message: 'The time range contains too many uploads to count',
  },
  'uploads.too_many': {
    kind: 'unprocessable',
    retry: 'never',
    message: 'Searching the uploads took longer than 10 seconds',
  },
  'upload.not_found': { kind: 'notFound', retry: 'never', message: 'No upload has this id' },
  'upload.labels_exceeded': {
    kind: 'unprocessable',
    retry: 'never',
    message: 'The upload would have too many labels',
  },
  'upload.not_comparable': {
    kind: 'unprocessable',
    retry: 'never',
    message:
      'The upload has no perceptual hash: it is not an image, has not been processed yet, or is too uniform',
  },
  'upload.superseded': {
    kind: 'unprocessable',
    retry: 'never',
    message: 'The same object version has since landed again, as another upload',
  },
  'upload.attempts_exhausted': {
    kind: 'internal',
    retry: 'never',
    message: 'Processing started too many times without finishing',
  },
  'upload.timed_out': {
    kind: 'unprocessable',
    retry: 'never',
    message: 'Processing took longer than allowed',
  },
  'object.removed': {
    kind: 'notFound',
    retry: 'never',
    message: 'The object was removed from the bucket after it had landed',
  },
  'rendition.unknown': {
    kind: 'unprocessable',
    retry: 'never',
    message: 'The pipelines file defines no such rendition for this upload',
  },
  'trial.not_found': { kind: 'notFound', retry: 'never', message: 'No trial has this id, or it has expired' },
  'trial.impossible': {
    kind: 'unprocessable',
    retry: 'never',
    message: 'Images can only be tried on images and PDFs that have been read',
  },
  'trial.busy': {
    kind: 'unavailable',
    retry: 'backoff',
    message: 'Too many other trials are still in progress',
  },
  'rendition.cancelled': { kind: 'unprocessable', retry: 'never', message: 'The rendition was cancelled' },
  'ticket.missing': { kind: 'forbidden', retry: 'never', message: 'The upload was made without a ticket' },
  'ticket.invalid': {
    kind: 'forbidden',
    retry: 'never',
    message: 'The ticket of the upload was not issued by this service',
  },
  'ticket.expired': { kind: 'forbidden', retry: 'never', message: 'The ticket of the upload has expired' },
  'ticket.used': {
    kind: 'forbidden',
    retry: 'never',
    message: 'The ticket was already used for another upload',
  },
  'ticket.not_found': { kind: 'notFound', retry: 'never', message: 'No ticket has this id' },
});

type UploadsErrors = typeof uploadsErrors;
declare global {
  interface LandfallErrors extends UploadsErrors {}
}
