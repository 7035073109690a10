import { z } from 'zod';

/** Every setting of every process. `docs/configuration.md` and `.env.example` are generated from the descriptions. */

const integer = (fallback: number, min: number, max: number) =>
  z.coerce
    .number('a whole number is wanted')
    .int('a whole number is wanted')
    .min(min)
    .max(max)
    .default(fallback);

const flag = (fallback: boolean) =>
  z
    .enum(['true', 'false'], 'true or false is wanted')
    .default(fallback ? 'true' : 'false')
    .transform((value) => value === 'true');

const list = (fallback: string) =>
  z
    .string()
    .default(fallback)
    .transform((value) =>
      value
        .split(',')
        .map((part) => part.trim())
        .filter(Boolean),
    );

const url = (protocols: RegExp, wanted: string) =>
  z.url({ protocol: protocols, error: `${wanted} is wanted` });

const log = z.object({
  LOG_LEVEL: z
    .enum(['debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .describe('least severe level that is logged'),
});

const http = z.object({
  API_HOST: z.string().default('0.0.0.0').describe('address the api listens on'),
  API_PORT: integer(3000, 0, 65_535).describe('port the api listens on; 0 takes a free one'),
  API_PUBLIC_URL: url(/^https?$/, 'an http(s) URL')
    .optional()
    .describe('address under which clients reach the api; default http://localhost:<API_PORT>'),
  API_KEYS: list('')
    .pipe(z.array(z.string().min(12)).min(1, 'at least one key of 12 or more characters is wanted'))
    .describe('comma-separated keys that may use /v1'),
  API_LINK_SECRET: z
    .string('a secret of 32 or more characters is wanted')
    .min(32)
    .describe('signs the playlist links of private streams'),
});

const callback = z.object({
  CALLBACK_KEY_HOSTS: list('gosspublic.alicdn.com').describe(
    'comma-separated hosts (host or host:port, compared exactly) that may serve the public key of callbacks',
  ),
  CALLBACK_TRUST: z
    .enum(['ticket', 'bucket', 'any'], 'ticket, bucket or any is wanted')
    .default('bucket')
    .describe(
      'callbacks that bring neither one of our tickets nor a secret of CALLBACK_URL_SECRETS: `ticket` refuses them, `bucket` takes them once OSS has the object but does not believe their vars, `any` believes those too',
    ),
  CALLBACK_URL_SECRETS: list('')
    .pipe(
      z.array(
        z.string().regex(/^[\w-]{20,128}$/, 'secrets of 20 or more letters, digits, _ and - are wanted'),
      ),
    )
    .describe(
      'comma-separated secrets of the callback URL /callbacks/oss/<secret>: who calls it is believed; `landfall callback-url` prints the URL of the first, all are valid',
    ),
  CALLBACK_UNPROVEN_PER_MINUTE: integer(6_000, 1, 1_000_000).describe(
    'most callbacks a minute, for each key URL and api process, that bring neither ticket nor secret; a hundredth of it for those that OSS says come from another bucket',
  ),
  CALLBACK_PUBLIC_KEY_FILE: z
    .string()
    .optional()
    .describe('PEM file with the public key of callbacks; with it, no key is ever fetched'),
  CALLBACK_PATH_PREFIX: z
    .string()
    .regex(/^(\/[^?#]*[^/?#])?$/, 'a path such as /media is wanted')
    .default('')
    .describe('path prefix of the callback URL that a proxy takes away before the request gets here'),
  CALLBACK_DEFAULT_BUCKET: z
    .string()
    .optional()
    .describe(
      'bucket of callbacks whose template leaves it out; default the bucket of OSS_BUCKETS, where there is one',
    ),
  CALLBACK_FIELD_NAMES: list('')
    .pipe(
      z.array(
        z
          .string()
          .regex(
            /^(bucket|object|etag|size|mimeType|width|height|format)=[^=]+$/,
            'entries such as object=path are wanted',
          ),
      ),
    )
    .transform((entries) => Object.fromEntries(entries.map((entry) => entry.split('=', 2))))
    .describe(
      'names that your templates use for bucket, object, etag, size, mimeType, width, height or format: object=path,size=length',
    ),
  CALLBACK_KEY_TIMEOUT_MS: integer(1_200, 50, 4_000).describe(
    'limit for fetching the public key; with the commit it has to stay below the 5 s of OSS',
  ),
  CALLBACK_BODY_LIMIT_BYTES: integer(65_536, 1_024, 1_048_576).describe(
    'largest callback body that is taken',
  ),
  CALLBACK_COMMIT_TIMEOUT_MS: integer(3_500, 100, 4_900).describe(
    'limit for the commit; OSS itself gives up after 5 s',
  ),
  CALLBACK_BATCH_MAX: integer(256, 1, 1_000).describe('most callbacks that share one statement'),
  CALLBACK_WAITING_MAX: integer(10_000, 1, 100_000).describe(
    'most callbacks that wait for a commit; more are answered 503',
  ),
});

const database = z.object({
  DATABASE_URL: url(/^postgres(ql)?$/, 'postgres://user:password@host:port/database').describe(
    'the Postgres database (14 or newer)',
  ),
  DATABASE_POOL_SIZE: integer(10, 2, 200).describe('most connections of one process'),
});

const queue = z.object({
  QUEUE_URL: url(/^(rediss?|postgres(ql)?)$/, 'redis://… or postgres://…').describe(
    'where BullMQ keeps its jobs: redis(s)://… or postgres://…',
  ),
  QUEUE_PREFIX: z
    .string()
    .regex(/^[a-z0-9-]+$/, 'lower-case letters, digits and - are wanted')
    .default('landfall')
    .describe('prefix of the keys in Redis'),
});

const oss = z.object({
  OSS_ENDPOINT: url(/^https?$/, 'https://oss-<region>.aliyuncs.com').describe('endpoint the workers use'),
  OSS_PUBLIC_ENDPOINT: url(/^https?$/, 'an http(s) URL')
    .optional()
    .describe('endpoint in the URLs that clients get; default OSS_ENDPOINT'),
  OSS_REGION: z
    .string('a region such as cn-hangzhou is wanted')
    .regex(/^[a-z0-9-]+$/)
    .describe('general region id, such as cn-hangzhou'),
  OSS_BUCKETS: list('')
    .pipe(
      z
        .array(z.string().regex(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/, 'a bucket name is wanted'))
        .min(1, 'at least one bucket is wanted'),
    )
    .describe('comma-separated buckets whose uploads are taken'),
  OSS_ACCESS_KEY_ID: z.string('an access key id is wanted').min(1).describe('access key id of the RAM user'),
  OSS_ACCESS_KEY_SECRET: z
    .string('an access key secret is wanted')
    .min(1)
    .describe('access key secret of the RAM user'),
  OSS_SECURITY_TOKEN: z.string().optional().describe('STS token, when the access key is a temporary one'),
  OSS_PATH_STYLE: flag(false).describe('bucket in the path instead of the host name: for the emulator'),
  OSS_TIMEOUT_MS: integer(60_000, 100, 600_000).describe('limit for one request to OSS, without its body'),
  OSS_RENDITION_PREFIX: z
    .string()
    .regex(/^[\w.-]+(\/[\w.-]+)*\/$/, 'a key prefix that ends with / is wanted')
    .default('renditions/')
    .describe('key prefix of everything we make; uploads below it are ignored'),
  OSS_URL_LIFETIME_S: integer(3_600, 60, 604_800).describe('life of the signed URLs that clients get'),
});

const secret = z.string().min(32, 'secrets of 32 or more characters are wanted');
const tickets = z.object({
  TICKET_SECRETS: list('')
    .pipe(z.tuple([secret], secret, 'at least one secret of 32 or more characters is wanted'))
    .describe(
      'comma-separated secrets of upload tickets: the first signs, all are valid; to rotate, put a new one in front and take the old one away a day after its last ticket expired',
    ),
  TICKET_KEY_TEMPLATE: z
    .string()
    .min(1)
    .default('uploads/{yyyy}/{mm}/{dd}/{id}/{fileName}')
    .describe('object key of a ticket that asks for none: {yyyy} {mm} {dd} {id} {fileName}, in UTC'),
  TICKET_PREFIXES: list('').describe('comma-separated key prefixes that tickets may be for; empty for any'),
  TICKET_MAX_BYTES: integer(5_368_709_120, 1, 5_368_709_120).describe(
    'largest upload of a ticket, and what one gets that asks for none; OSS takes 5 GiB in one request',
  ),
  TICKET_LIFETIME_S: integer(3_600, 60, 604_800).describe(
    'longest life of a ticket, and what one gets that asks for none; an upload must begin within it',
  ),
});

const worker = z.object({
  WORKER_QUEUES: list('thumbnail,transcode')
    .pipe(z.array(z.enum(['thumbnail', 'transcode'], 'thumbnail or transcode is wanted')).min(1))
    .describe('queues this worker takes jobs from'),
  WORKER_THUMBNAIL_CONCURRENCY: z.coerce
    .number('a whole number is wanted')
    .int('a whole number is wanted')
    .min(1)
    .max(64)
    .optional()
    .describe(
      'thumbnail jobs at once; default one for each core, as far as the memory of the container reaches',
    ),
  WORKER_TRANSCODE_CONCURRENCY: z.coerce
    .number('a whole number is wanted')
    .int('a whole number is wanted')
    .min(1)
    .max(16)
    .optional()
    .describe(
      'transcode jobs at once; default one for every 8 cores, as far as the memory of the container reaches',
    ),
  WORKER_SHUTDOWN_GRACE_MS: integer(4_000, 0, 600_000).describe(
    'time for running jobs at shutdown; then they go back to the queue',
  ),
  WORKER_SWEEP_INTERVAL_MS: integer(15_000, 100, 3_600_000).describe(
    'how often uploads whose job is gone are looked for',
  ),
  WORKER_SWEEP_AFTER_MS: integer(60_000, 100, 86_400_000).describe(
    'age of an unfinished upload at which its job is queued again',
  ),
});

const media = z.object({
  PIPELINES_FILE: z.string().default('pipelines.yaml').describe('the pipelines file'),
  MEDIA_SCRATCH_DIR: z
    .string()
    .optional()
    .describe('folder for files in work; default a folder in the system temporary directory'),
  MEDIA_MAX_BYTES: integer(5_368_709_120, 1_024, 53_687_091_200).describe('largest object that is processed'),
  MEDIA_SCRATCH_MAX_BYTES: integer(17_179_869_184, 1_048_576, 1_099_511_627_776).describe(
    'most bytes that one job keeps in scratch space: the original and all that is made of it',
  ),
  IMAGE_MAX_BYTES: integer(209_715_200, 1_024, 2_147_483_648).describe(
    'largest image file that is processed',
  ),
  IMAGE_MAX_PIXELS: integer(200_000_000, 1_000, 2_000_000_000).describe('most pixels of an image'),
  IMAGE_MAX_FRAMES: integer(3_000, 1, 100_000).describe(
    'most frames of an animation, where a rendition keeps them; all together have at most IMAGE_MAX_PIXELS',
  ),
  IMAGE_TIMEOUT_MS: integer(60_000, 1_000, 600_000).describe('limit for the renditions of one image'),
  VIDEO_TIMEOUT_MS: integer(10_800_000, 1_000, 86_400_000).describe('limit for the transcodes of one upload'),
  VIDEO_CHUNK_S: integer(300, 1, 86_400).describe(
    'a video of more than twice this length is encoded in parts of about this length, by any worker',
  ),
  VIDEO_MAX_DURATION_S: integer(86_400, 1, 2_592_000).describe(
    'longest video or sound that is processed; some files claim years',
  ),
  VIDEO_MEMORY_MAX_BYTES: z.coerce
    .number('a whole number is wanted')
    .int('a whole number is wanted')
    .min(1_073_741_824)
    .optional()
    .describe(
      'address space of one ffmpeg, about two and a half times the memory that it uses; default what the container has for each transcode job, from 2 to 8 GiB',
    ),
  VIDEO_ENCODER: z
    .enum(['software', 'vaapi', 'nvenc', 'qsv', 'auto'])
    .default('software')
    .describe(
      'the chip that encodes videos, tried when a worker starts; `auto` takes the first that works. Software encodes what the chip does not, and `details.fallback` of a rendition then says why',
    ),
  FFMPEG_PATH: z.string().default('ffmpeg').describe('the ffmpeg binary'),
  FFPROBE_PATH: z.string().default('ffprobe').describe('the ffprobe binary'),
});

const temporaryKey = z.object({
  accessKeyId: z.string().startsWith('STS.', 'STS.… is wanted'),
  accessKeySecret: z.string().min(1),
  securityToken: z.string().min(1),
  expiresAt: z.iso
    .datetime()
    .transform((text) => new Date(text))
    .optional(),
});

const parseJson = (text: string, context: z.RefinementCtx): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    // The text holds secrets, and so may the parser's words.
    context.addIssue('JSON is wanted');
    return z.NEVER;
  }
};

/** The OSS emulator of `npm start`, tests and docker-compose.yml. */
const emulator = z.object({
  EMULATOR_HOST: z.string().default('127.0.0.1').describe('address the OSS emulator listens on'),
  EMULATOR_PORT: integer(9000, 0, 65_535).describe('port the OSS emulator listens on; 0 takes a free one'),
  EMULATOR_PUBLIC_URL: url(/^https?$/, 'an http(s) URL')
    .optional()
    .describe('address under which others reach the emulator; default http://localhost:<EMULATOR_PORT>'),
  EMULATOR_DATA_DIR: z.string().default('.landfall/oss').describe('folder that holds the emulated buckets'),
  EMULATOR_REGION: z.string().default('cn-hangzhou').describe('region the emulator plays'),
  EMULATOR_BUCKETS: list('landfall').describe('buckets that are made at start'),
  EMULATOR_ACCESS_KEY_ID: z
    .string('an access key id is wanted')
    .min(1)
    .describe('access key id the emulator knows'),
  EMULATOR_ACCESS_KEY_SECRET: z.string('an access key secret is wanted').min(1).describe('its secret'),
  EMULATOR_TEMPORARY_KEYS: z
    .string()
    .default('[]')
    .transform(parseJson)
    .pipe(z.array(temporaryKey, 'a JSON list is wanted'))
    .describe(
      'further keys with a security token, as STS gives them: JSON list of {"accessKeyId": "STS.…", "accessKeySecret", "securityToken", "expiresAt"}; expiresAt, such as 2026-01-15T09:30:00Z, may be left out',
    ),
});

/** The local run of `npm start`. */
const local = z.object({
  LOCAL_POSTGRES_PORT: integer(54_329, 0, 65_535).describe(
    'port of the Postgres that npm start brings; 0 takes a free one',
  ),
  LOCAL_DATA_DIR: z
    .string()
    .default('.landfall')
    .describe('folder of what npm start keeps: database, buckets, logs, local.json'),
});

export const configSections = {
  log,
  http,
  callback,
  database,
  queue,
  oss,
  tickets,
  worker,
  media,
  emulator,
  local,
};
export type ConfigSections = typeof configSections;
