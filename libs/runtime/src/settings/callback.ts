import { z } from 'zod';
import { integer, list, url } from './values.js';

export const callback = z.object({
  CALLBACK_KEY_HOSTS: list('gosspublic.alicdn.com').describe(
    'comma-separated hosts (host or host:port, compared exactly) that may serve the public key of callbacks',
  ),
  CALLBACK_TRUST: z
    .enum(['ticket', 'bucket', 'any'], 'must be ticket, bucket or any')
    .default('bucket')
    .describe(
      'how the api treats callbacks that carry neither a ticket nor a secret of CALLBACK_URL_SECRETS: `ticket` refuses them, `bucket` accepts them once OSS has the object but ignores their vars, `any` also trusts their vars',
    ),
  CALLBACK_URL_SECRETS: list('')
    .pipe(
      z.array(
        z.string().regex(/^[\w-]{20,128}$/, 'each secret must have 20 to 128 letters, digits, _ and -'),
      ),
    )
    .describe(
      'comma-separated secrets: callbacks to /callbacks/oss/<secret> and events to /events/oss/<secret> are trusted; all are valid, and `landfall callback-url` prints the callback URL with the first',
    ),
  CALLBACK_UNPROVEN_PER_MINUTE: integer(6_000, 1, 1_000_000).describe(
    'maximum number of callbacks with neither a ticket nor a secret, per minute, key URL and api process; a hundredth of it for callbacks that OSS attributes to another bucket; the same limit applies separately to the events of each sender',
  ),
  CALLBACK_PUBLIC_KEY_FILE: z
    .string()
    .optional()
    .describe('PEM file with the public key of callbacks; if set, the api never fetches a key'),
  CALLBACK_PUBLIC_URL: url(/^https?$/, 'an http(s) URL')
    .transform((value) => value.replace(/\/$/, ''))
    .optional()
    .describe('URL at which OSS reaches the api, in the callbacks of tickets; defaults to API_PUBLIC_URL'),
  CALLBACK_PATH_PREFIX: z
    .string()
    .regex(/^(\/[^?#]*[^/?#])?$/, 'must be a path such as /media')
    .default('')
    .describe(
      'path prefix of the URLs of callbacks and events that a proxy strips before it forwards the request',
    ),
  CALLBACK_DEFAULT_BUCKET: z
    .string()
    .optional()
    .describe(
      'bucket of callbacks whose template omits it; defaults to the bucket of OSS_BUCKETS if there is exactly one',
    ),
  CALLBACK_FIELD_NAMES: list('')
    .pipe(
      z.array(
        z
          .string()
          .regex(
            /^(bucket|object|etag|size|mimeType|width|height|format)=[^=]+$/,
            'each entry must be of the form object=path',
          ),
      ),
    )
    .transform((entries) => Object.fromEntries(entries.map((entry) => entry.split('=', 2))))
    .describe(
      'names that your templates use for bucket, object, etag, size, mimeType, width, height or format: object=path,size=length',
    ),
  CALLBACK_KEY_TIMEOUT_MS: integer(1_200, 50, 4_000).describe(
    'time limit for fetching the public key; together with the commit it must stay below the 5 s that OSS waits',
  ),
  CALLBACK_BODY_LIMIT_BYTES: integer(65_536, 1_024, 1_048_576).describe('maximum size of a callback body'),
  CALLBACK_COMMIT_TIMEOUT_MS: integer(3_500, 100, 4_900).describe(
    'time limit for the commit; OSS itself gives up after 5 s',
  ),
  CALLBACK_BATCH_MAX: integer(256, 1, 1_000).describe('maximum number of callbacks that share one statement'),
  CALLBACK_WAITING_MAX: integer(10_000, 1, 100_000).describe(
    'maximum number of callbacks that wait for a commit; further ones are answered with 503',
  ),
});
