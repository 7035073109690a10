/**
 * Every error code of Landfall, in one table.
 *
 * `kind` decides the HTTP status (`httpStatusOf`), `retry` decides what a job does with it: `backoff` tries
 * again, `never` ends the rendition or upload as failed. `message` is public: a person who uploads reads it.
 * `docs/errors.md` is generated from this table and a test keeps the two equal.
 */
type ErrorKind =
  | 'badRequest'
  | 'unauthorized'
  | 'forbidden'
  | 'notFound'
  | 'methodNotAllowed'
  | 'tooLarge'
  | 'unsupported'
  | 'unprocessable'
  | 'unavailable'
  | 'internal';

export interface ErrorRow {
  readonly kind: ErrorKind;
  readonly retry: 'never' | 'backoff';
  readonly message: string;
}

export const errorTable = {
  // The process and its surroundings
  'internal.unexpected': { kind: 'internal', retry: 'backoff', message: 'Something went wrong on our side' },
  'config.invalid': { kind: 'internal', retry: 'never', message: 'The configuration is not valid' },
  'database.unavailable': { kind: 'unavailable', retry: 'backoff', message: 'The database does not answer' },
  'database.not_migrated': { kind: 'unavailable', retry: 'backoff', message: 'The database is not migrated' },
  'queue.unavailable': { kind: 'unavailable', retry: 'backoff', message: 'The queue does not answer' },

  // HTTP requests
  'request.invalid': { kind: 'badRequest', retry: 'never', message: 'The request is not valid' },
  'request.cursor_invalid': { kind: 'badRequest', retry: 'never', message: 'The cursor is not one of ours' },
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

  // Callbacks from OSS
  'callback.signature_missing': {
    kind: 'forbidden',
    retry: 'never',
    message: 'The callback has no signature: header authorization is missing',
  },
  'callback.signature_malformed': {
    kind: 'forbidden',
    retry: 'never',
    message: 'The callback signature is not base64 of an RSA signature',
  },
  'callback.signature_mismatch': {
    kind: 'forbidden',
    retry: 'never',
    message: 'The callback signature does not match what was received',
  },
  'callback.key_url_missing': {
    kind: 'forbidden',
    retry: 'never',
    message: 'The callback names no public key: header x-oss-pub-key-url is missing',
  },
  'callback.key_url_malformed': {
    kind: 'forbidden',
    retry: 'never',
    message: 'Header x-oss-pub-key-url is not base64 of an http(s) URL',
  },
  'callback.key_host_forbidden': {
    kind: 'forbidden',
    retry: 'never',
    message: 'The callback key comes from a host that is not allowed',
  },
  'callback.key_unavailable': {
    kind: 'unavailable',
    retry: 'backoff',
    message: 'The public key of the callback cannot be fetched',
  },
  'callback.target_malformed': {
    kind: 'badRequest',
    retry: 'never',
    message: 'The callback path is not valid percent-encoding',
  },
  'callback.body_type_unsupported': {
    kind: 'unsupported',
    retry: 'never',
    message: 'A callback body is application/x-www-form-urlencoded or application/json',
  },
  'callback.body_malformed': {
    kind: 'badRequest',
    retry: 'never',
    message: 'The callback body cannot be parsed',
  },
  'callback.field_missing': {
    kind: 'badRequest',
    retry: 'never',
    message: 'The callback body lacks a field that is needed',
  },
  'callback.field_invalid': {
    kind: 'badRequest',
    retry: 'never',
    message: 'A field of the callback body is not valid',
  },
  'callback.field_duplicated': {
    kind: 'badRequest',
    retry: 'never',
    message: 'A field of the callback body is given twice',
  },
  'callback.placeholder_unrendered': {
    kind: 'badRequest',
    retry: 'never',
    message: 'OSS did not fill in a placeholder of the callback body',
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
  'callback.overloaded': { kind: 'unavailable', retry: 'backoff', message: 'Too many callbacks are waiting' },

  // Uploads and renditions
  'upload.not_found': { kind: 'notFound', retry: 'never', message: 'There is no upload with this id' },
  'upload.not_comparable': {
    kind: 'unprocessable',
    retry: 'never',
    message: 'The upload has no perceptual hash: it is no image, not processed yet, or without structure',
  },
  'rendition.not_found': {
    kind: 'notFound',
    retry: 'never',
    message: 'There is no such rendition that is ready',
  },
  'rendition.unknown': {
    kind: 'unprocessable',
    retry: 'never',
    message: 'The pipelines file has no such rendition for this upload',
  },
  'rendition.cancelled': { kind: 'unprocessable', retry: 'never', message: 'Making it was cancelled' },
  'rendition.kind_unknown': {
    kind: 'unprocessable',
    retry: 'never',
    message:
      'This version of Landfall cannot make such a rendition: update its workers, then reprocess the upload',
  },
  'rendition.watermark_unusable': {
    kind: 'unprocessable',
    retry: 'never',
    message: 'The watermark of a rendition cannot be used',
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

  // Tickets
  'ticket.missing': { kind: 'forbidden', retry: 'never', message: 'The upload was made without a ticket' },
  'ticket.invalid': {
    kind: 'forbidden',
    retry: 'never',
    message: 'The ticket of the upload is not one of ours',
  },
  'ticket.expired': { kind: 'forbidden', retry: 'never', message: 'The ticket of the upload has expired' },
  'ticket.used': { kind: 'forbidden', retry: 'never', message: 'The ticket was used for another upload' },
  'ticket.not_found': { kind: 'notFound', retry: 'never', message: 'There is no ticket with this id' },
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

  // The object store
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
  'storage.unavailable': {
    kind: 'unavailable',
    retry: 'backoff',
    message: 'The object store does not answer',
  },
  'storage.denied': {
    kind: 'forbidden',
    retry: 'backoff',
    message: 'The object store refuses access with our credentials',
  },

  // Media
  'media.type_mismatch': {
    kind: 'unprocessable',
    retry: 'never',
    message: 'The content is not what its name or type says',
  },
  'media.unsupported': { kind: 'unsupported', retry: 'never', message: 'This media format is not supported' },
  'media.damaged': { kind: 'unprocessable', retry: 'never', message: 'The media is damaged or incomplete' },
  'media.too_many_pixels': {
    kind: 'unprocessable',
    retry: 'never',
    message: 'The image or video has more pixels than this service processes',
  },
  'media.too_long': {
    kind: 'unprocessable',
    retry: 'never',
    message: 'The video or sound lasts longer than this service processes',
  },
  'media.timed_out': {
    kind: 'unprocessable',
    retry: 'never',
    message: 'The media took longer to process than allowed',
  },
  'media.too_complex': {
    kind: 'unprocessable',
    retry: 'never',
    message: 'The media needs more memory to be read than this service gives it',
  },
  'media.no_stream': {
    kind: 'unprocessable',
    retry: 'never',
    message: 'The file holds no video or audio that can be decoded',
  },
  'media.encoder_failed': {
    kind: 'unprocessable',
    retry: 'never',
    message: 'The encoder could not process this media',
  },
  'media.encoder_killed': {
    kind: 'unavailable',
    retry: 'backoff',
    message: 'The encoder was ended from outside',
  },
  'media.output_too_large': {
    kind: 'unprocessable',
    retry: 'never',
    message: 'What is made of the media takes more space than this service gives it',
  },
  'media.encoder_missing': {
    kind: 'unavailable',
    retry: 'never',
    message: 'ffmpeg is not installed on this worker',
  },
  'media.scratch_full': {
    kind: 'unavailable',
    retry: 'backoff',
    message: 'The worker has no scratch space left',
  },

  // The local run and the services it brings
  'local.postgres_failed': {
    kind: 'internal',
    retry: 'never',
    message: 'The embedded Postgres cannot be used',
  },
  'local.redis_failed': { kind: 'internal', retry: 'never', message: 'Redis cannot be started' },
  'local.port_busy': { kind: 'internal', retry: 'never', message: 'A port that is needed is taken' },
  'local.already_running': { kind: 'internal', retry: 'never', message: 'Landfall already runs here' },
  'local.not_running': { kind: 'internal', retry: 'never', message: 'Landfall does not run here' },
  'local.process_failed': {
    kind: 'internal',
    retry: 'never',
    message: 'A process of the local run did not start',
  },

  // The pipelines file
  'pipelines.invalid': { kind: 'internal', retry: 'never', message: 'The pipelines file is not valid' },
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof errorTable;

const statusByKind: Record<ErrorKind, number> = {
  badRequest: 400,
  unauthorized: 401,
  forbidden: 403,
  notFound: 404,
  methodNotAllowed: 405,
  tooLarge: 413,
  unsupported: 415,
  unprocessable: 422,
  unavailable: 503,
  internal: 500,
};

/** The HTTP status that answers an error with this code. */
export function httpStatusOf(code: ErrorCode): number {
  return statusByKind[errorTable[code].kind];
}
