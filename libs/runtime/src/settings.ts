import { z } from 'zod';

/** Every setting of every process. `docs/configuration.md` and `.env.example` are generated from the descriptions. */

const integer = (fallback: number, min: number, max: number) =>
  z.coerce.number('must be an integer').int('must be an integer').min(min).max(max).default(fallback);

const flag = (fallback: boolean) =>
  z
    .enum(['true', 'false'], 'must be true or false')
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

/** `host=bucket,host=bucket`; the hosts in lower case. */
const bucketsByHost = list('')
  .refine(
    (parts) => parts.every((part) => /^[^=\s]+=[^=\s]+$/.test(part)),
    'must be such as media.example.com=landfall,static.example.com=assets',
  )
  .transform(
    (parts) =>
      new Map(
        parts.map((part): [string, string] => {
          const [host = '', bucket = ''] = part.split('=');
          return [host.toLowerCase(), bucket];
        }),
      ),
  );

const url = (protocols: RegExp, wanted: string) => z.url({ protocol: protocols, error: `must be ${wanted}` });

const log = z.object({
  LOG_LEVEL: z
    .enum(['debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .describe('lowest level that is logged'),
});

const http = z.object({
  API_HOST: z.string().default('0.0.0.0').describe('address the api listens on'),
  API_PORT: integer(3000, 0, 65_535).describe('port the api listens on; 0 picks a free one'),
  API_PUBLIC_URL: url(/^https?$/, 'an http(s) URL')
    .optional()
    .describe('URL at which clients reach the api; defaults to http://localhost:<API_PORT>'),
  API_KEYS: list('')
    .pipe(z.array(z.string().min(12)).min(1, 'must contain at least one key of 12 or more characters'))
    .describe('comma-separated keys that grant access to /v1'),
  API_LINK_SECRET: z
    .string('must be a secret of 32 or more characters')
    .min(32)
    .describe('signs the playlist links of private streams'),
});

const callback = z.object({
  CALLBACK_KEY_HOSTS: list('gosspublic.alicdn.com').describe(
    'comma-separated hosts (host or host:port, compared exactly) that may serve the public key of callbacks',
  ),
  CALLBACK_TRUST: z
    .enum(['ticket', 'bucket', 'any'], 'must be ticket, bucket or any')
    .default('bucket')
    .describe(
      'what the api does with callbacks that carry neither a ticket nor a secret of CALLBACK_URL_SECRETS: `ticket` refuses them, `bucket` accepts them once OSS has the object but ignores their vars, `any` also believes their vars',
    ),
  CALLBACK_URL_SECRETS: list('')
    .pipe(
      z.array(
        z.string().regex(/^[\w-]{20,128}$/, 'each secret must have 20 to 128 letters, digits, _ and -'),
      ),
    )
    .describe(
      'comma-separated secrets of the callback URL /callbacks/oss/<secret>: a callback to this URL is believed; `landfall callback-url` prints the URL of the first secret, all are valid',
    ),
  CALLBACK_UNPROVEN_PER_MINUTE: integer(6_000, 1, 1_000_000).describe(
    'maximum number of callbacks per minute, key URL and api process that carry neither a ticket nor a secret; a hundredth of it for callbacks that OSS attributes to another bucket',
  ),
  CALLBACK_PUBLIC_KEY_FILE: z
    .string()
    .optional()
    .describe('PEM file with the public key of callbacks; if set, the api never fetches a key'),
  CALLBACK_PATH_PREFIX: z
    .string()
    .regex(/^(\/[^?#]*[^/?#])?$/, 'must be a path such as /media')
    .default('')
    .describe('path prefix of the callback URL that a proxy strips before it forwards the request'),
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
    'time limit for fetching the public key; together with the commit it must stay below the 5 s of OSS',
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

const database = z.object({
  DATABASE_URL: url(/^postgres(ql)?$/, 'postgres://user:password@host:port/database').describe(
    'URL of the Postgres database (version 14 or newer)',
  ),
  DATABASE_POOL_SIZE: integer(10, 2, 200).describe('maximum number of connections per process'),
});

const queue = z.object({
  QUEUE_URL: url(/^(rediss?|postgres(ql)?)$/, 'redis://… or postgres://…').describe(
    'where BullMQ stores its jobs: redis(s)://… or postgres://…',
  ),
  QUEUE_PREFIX: z
    .string()
    .regex(/^[a-z0-9-]+$/, 'must contain only lower-case letters, digits and -')
    .default('landfall')
    .describe('prefix of the keys in Redis'),
});

const oss = z.object({
  OSS_ENDPOINT: url(/^https?$/, 'https://oss-<region>.aliyuncs.com').describe(
    'endpoint that the api and the workers use',
  ),
  OSS_PUBLIC_ENDPOINT: url(/^https?$/, 'an http(s) URL')
    .optional()
    .describe('endpoint in the URLs given to clients; defaults to OSS_ENDPOINT'),
  OSS_REGION: z
    .string('must be a region such as cn-hangzhou')
    .regex(/^[a-z0-9-]+$/)
    .describe('general region id, such as cn-hangzhou'),
  OSS_BUCKETS: list('')
    .pipe(
      z
        .array(z.string().regex(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/, 'must be a bucket name'))
        .min(1, 'must contain at least one bucket'),
    )
    .describe('comma-separated buckets whose uploads are accepted'),
  OSS_ACCESS_KEY_ID: z.string('must be an access key id').min(1).describe('access key id of the RAM user'),
  OSS_ACCESS_KEY_SECRET: z
    .string('must be an access key secret')
    .min(1)
    .describe('access key secret of the RAM user'),
  OSS_SECURITY_TOKEN: z.string().optional().describe('STS token, if the access key is temporary'),
  OSS_PATH_STYLE: flag(false).describe(
    'puts the bucket into the path instead of the host name: for the emulator',
  ),
  OSS_TIMEOUT_MS: integer(60_000, 100, 600_000).describe(
    'time limit for one request to OSS, without its body',
  ),
  OSS_RENDITION_PREFIX: z
    .string()
    .regex(/^[\w.-]+(\/[\w.-]+)*\/$/, 'must be a key prefix that ends with /')
    .default('renditions/')
    .describe('key prefix of all renditions; uploads below it are ignored'),
  OSS_URL_LIFETIME_S: integer(3_600, 60, 604_800).describe('lifetime of the signed URLs given to clients'),
});

const secret = z.string().min(32, 'each secret must have 32 or more characters');
const tickets = z.object({
  TICKET_SECRETS: list('')
    .pipe(z.tuple([secret], secret, 'must contain at least one secret of 32 or more characters'))
    .describe(
      'comma-separated secrets of upload tickets: the first signs, all are valid; to rotate, prepend a new one and remove the old one a day after its last ticket has expired',
    ),
  TICKET_KEY_TEMPLATE: z
    .string()
    .min(1)
    .default('uploads/{yyyy}/{mm}/{dd}/{id}/{fileName}')
    .describe('object key of a ticket whose request names none: {yyyy} {mm} {dd} {id} {fileName}, in UTC'),
  TICKET_PREFIXES: list('').describe('comma-separated key prefixes that tickets may use; empty allows any'),
  TICKET_MAX_BYTES: integer(5_368_709_120, 1, 5_368_709_120).describe(
    'maximum upload size of a ticket, and the default; OSS accepts 5 GiB in one request',
  ),
  TICKET_LIFETIME_S: integer(3_600, 60, 604_800).describe(
    'maximum lifetime of a ticket, and the default; an upload must begin within it',
  ),
});

const worker = z.object({
  WORKER_QUEUES: list('thumbnail,transcode')
    .pipe(z.array(z.enum(['thumbnail', 'transcode'], 'must be thumbnail or transcode')).min(1))
    .describe('queues this worker takes jobs from'),
  WORKER_THUMBNAIL_CONCURRENCY: z.coerce
    .number('must be an integer')
    .int('must be an integer')
    .min(1)
    .max(64)
    .optional()
    .describe(
      'number of concurrent thumbnail jobs; defaults to one per core, limited by the memory of the container',
    ),
  WORKER_TRANSCODE_CONCURRENCY: z.coerce
    .number('must be an integer')
    .int('must be an integer')
    .min(1)
    .max(16)
    .optional()
    .describe(
      'number of concurrent transcode jobs; defaults to one per 8 cores, limited by the memory of the container',
    ),
  WORKER_SHUTDOWN_GRACE_MS: integer(4_000, 0, 600_000).describe(
    'time that running jobs get at shutdown; then they return to the queue',
  ),
  WORKER_SWEEP_INTERVAL_MS: integer(15_000, 100, 3_600_000).describe(
    'how often the sweep searches for uploads whose job is gone',
  ),
  WORKER_SWEEP_AFTER_MS: integer(60_000, 100, 86_400_000).describe(
    'age at which the sweep queues the job of an unfinished upload again',
  ),
});

const media = z.object({
  PIPELINES_FILE: z.string().default('pipelines.yaml').describe('path of the pipelines file'),
  MEDIA_SCRATCH_DIR: z
    .string()
    .optional()
    .describe('folder for temporary files; defaults to a folder in the system temporary directory'),
  MEDIA_MAX_BYTES: integer(5_368_709_120, 1_024, 53_687_091_200).describe(
    'maximum size of an object that is processed',
  ),
  MEDIA_SCRATCH_MAX_BYTES: integer(17_179_869_184, 1_048_576, 1_099_511_627_776).describe(
    'maximum number of bytes that one job keeps in scratch space: the original and everything made from it',
  ),
  IMAGE_MAX_BYTES: integer(209_715_200, 1_024, 2_147_483_648).describe(
    'maximum size of an image file that is processed',
  ),
  IMAGE_MAX_PIXELS: integer(200_000_000, 1_000, 2_000_000_000).describe(
    'maximum number of pixels of an image',
  ),
  IMAGE_MAX_FRAMES: integer(3_000, 1, 100_000).describe(
    'maximum number of frames of an animation if a rendition keeps them; all frames together have at most IMAGE_MAX_PIXELS',
  ),
  IMAGE_TIMEOUT_MS: integer(60_000, 1_000, 600_000).describe('time limit for the renditions of one image'),
  VIDEO_TIMEOUT_MS: integer(10_800_000, 1_000, 86_400_000).describe(
    'time limit for the transcodes of one upload',
  ),
  VIDEO_CHUNK_S: integer(300, 1, 86_400).describe(
    'a video longer than twice this is encoded in parts of about this length, by any worker',
  ),
  VIDEO_MAX_DURATION_S: integer(86_400, 1, 2_592_000).describe(
    'maximum duration of a video or audio file that is processed; some files claim years',
  ),
  VIDEO_MEMORY_MAX_BYTES: z.coerce
    .number('must be an integer')
    .int('must be an integer')
    .min(1_073_741_824)
    .optional()
    .describe(
      'address space of one ffmpeg process, about two and a half times the memory it uses; defaults to what the container has per transcode job, from 2 to 8 GiB',
    ),
  VIDEO_ENCODER: z
    .enum(['software', 'vaapi', 'nvenc', 'qsv', 'auto'])
    .default('software')
    .describe(
      'hardware that encodes videos, tested when a worker starts; `auto` uses the first that works. Software encodes what the hardware cannot, and `details.fallback` of a rendition then says why',
    ),
  FFMPEG_PATH: z.string().default('ffmpeg').describe('path of the ffmpeg binary'),
  FFPROBE_PATH: z.string().default('ffprobe').describe('path of the ffprobe binary'),
});

const temporaryKey = z.object({
  accessKeyId: z.string().startsWith('STS.', 'must start with STS.'),
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
    context.addIssue('must be JSON');
    return z.NEVER;
  }
};

/** The OSS emulator of `npm start`, tests and docker-compose.yml. */
const emulator = z.object({
  EMULATOR_HOST: z.string().default('127.0.0.1').describe('address the OSS emulator listens on'),
  EMULATOR_PORT: integer(9000, 0, 65_535).describe('port the OSS emulator listens on; 0 picks a free one'),
  EMULATOR_PUBLIC_URL: url(/^https?$/, 'an http(s) URL')
    .optional()
    .describe('URL at which others reach the emulator; defaults to http://localhost:<EMULATOR_PORT>'),
  EMULATOR_DATA_DIR: z.string().default('.landfall/oss').describe('folder that stores the emulated buckets'),
  EMULATOR_FSYNC: flag(true).describe(
    'whether the emulator confirms a change only once it is on the disk; without, a loss of power may undo the last changes, the end of the process never does',
  ),
  EMULATOR_RESTORE_MS: integer(1_000, 0, 86_400_000).describe(
    'how long restoring an archived object takes in the emulator; OSS needs a minute or some hours',
  ),
  EMULATOR_REGION: z.string().default('cn-hangzhou').describe('region that the emulator reports'),
  EMULATOR_BUCKETS: list('landfall').describe('buckets that are created at startup'),
  EMULATOR_CNAMES: bucketsByHost.describe(
    'host names that stand for a bucket (CNAME): media.example.com=landfall,static.example.com=assets',
  ),
  EMULATOR_ACCESS_KEY_ID: z
    .string('must be an access key id')
    .min(1)
    .describe('access key id that the emulator accepts'),
  EMULATOR_ACCESS_KEY_SECRET: z
    .string('must be an access key secret')
    .min(1)
    .describe('access key secret that belongs to EMULATOR_ACCESS_KEY_ID'),
  EMULATOR_TEMPORARY_KEYS: z
    .string()
    .default('[]')
    .transform(parseJson)
    .pipe(z.array(temporaryKey, 'must be a JSON list'))
    .describe(
      'further keys with a security token, as STS issues them: JSON list of {"accessKeyId": "STS.…", "accessKeySecret", "securityToken", "expiresAt"}; expiresAt, such as 2026-01-15T09:30:00Z, is optional',
    ),
  EMULATOR_FAULTS: z
    .string()
    .default('{}')
    .transform(parseJson)
    .describe(
      'faults that the emulator makes from its start on: JSON such as {"seed": 1, "rules": [{"fault": "callback.drop", "every": 3}]}, described in docs/emulator.md',
    ),
});

/** The local run of `npm start`. */
const local = z.object({
  LOCAL_POSTGRES_PORT: integer(54_329, 0, 65_535).describe(
    'port of the Postgres that npm start runs; 0 picks a free one',
  ),
  LOCAL_DATA_DIR: z
    .string()
    .default('.landfall')
    .describe('folder for the data of npm start: database, buckets, logs, local.json'),
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
