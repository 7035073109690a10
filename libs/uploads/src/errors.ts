import { defineErrors } from '#runtime';

/** Uploads, what is made of them, and the tickets that they were made with. */
const uploadsErrors = defineErrors({
  'callback.overloaded': { kind: 'unavailable', retry: 'backoff', message: 'Too many callbacks are waiting' },
  'request.cursor_invalid': { kind: 'badRequest', retry: 'never', message: 'The cursor is not one of ours' },
  'upload.not_found': { kind: 'notFound', retry: 'never', message: 'There is no upload with this id' },
  'upload.not_comparable': {
    kind: 'unprocessable',
    retry: 'never',
    message: 'The upload has no perceptual hash: it is no image, not processed yet, or without structure',
  },
  'upload.superseded': {
    kind: 'unprocessable',
    retry: 'never',
    message: 'The same object version landed again since, as another upload',
  },
  'upload.attempts_exhausted': {
    kind: 'internal',
    retry: 'never',
    message: 'Processing was started too often without an end',
  },
  'upload.timed_out': {
    kind: 'unprocessable',
    retry: 'never',
    message: 'Processing took longer than allowed',
  },
  'rendition.unknown': {
    kind: 'unprocessable',
    retry: 'never',
    message: 'The pipelines file has no such rendition for this upload',
  },
  'rendition.cancelled': { kind: 'unprocessable', retry: 'never', message: 'Making it was cancelled' },
  'ticket.missing': { kind: 'forbidden', retry: 'never', message: 'The upload was made without a ticket' },
  'ticket.invalid': {
    kind: 'forbidden',
    retry: 'never',
    message: 'The ticket of the upload is not one of ours',
  },
  'ticket.expired': { kind: 'forbidden', retry: 'never', message: 'The ticket of the upload has expired' },
  'ticket.used': { kind: 'forbidden', retry: 'never', message: 'The ticket was used for another upload' },
  'ticket.not_found': { kind: 'notFound', retry: 'never', message: 'There is no ticket with this id' },
});

type UploadsErrors = typeof uploadsErrors;
declare global {
  interface LandfallErrors extends UploadsErrors {}
}
