import { z } from 'zod';
import { flag, integer, list, url } from './values.js';

// Settings of the processes: logging, the api, the workers, and the local run.

/** Whether a text is an origin exactly as browsers send it. */
const isOrigin = (text: string) => URL.canParse(text) && new URL(text).origin === text && !text.includes('*');

export const log = z.object({
  LOG_LEVEL: z
    .enum(['debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .describe('lowest level that is logged'),
});

export const http = z.object({
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
    .describe('secret that signs the playlist links of private streams, and the tokens of browsers'),
  API_CORS_ORIGINS: list('')
    .pipe(z.array(z.string().refine(isOrigin, 'must be origins such as https://app.example.com')))
    .describe(
      'comma-separated origins (scheme, host and port, compared exactly) whose pages may use /v1; empty allows none',
    ),
  API_DRAIN_MS: integer(0, 0, 300_000).describe(
    'how long after SIGTERM the api keeps serving while it reports that it is not ready, which gives load balancers time to notice; at least 6,000 if clients keep connections open; give the container 10 seconds more to stop',
  ),
  API_DOCS: flag(false).describe(
    'serves the OpenAPI document at /docs-json and its page at /docs, without a key; npm start enables it',
  ),
  API_CONSOLE: flag(true).describe(
    'serves the console at /console, without a key; it loads its data from /v1 with the API key of its user',
  ),
});

export const worker = z.object({
  WORKER_QUEUES: list('thumbnail,transcode,delivery')
    .pipe(
      z
        .array(z.enum(['thumbnail', 'transcode', 'delivery'], 'must be thumbnail, transcode or delivery'))
        .min(1),
    )
    .describe(
      'comma-separated work of this worker: jobs of the queues thumbnail and transcode, and delivery of webhooks',
    ),
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
    'time that running jobs have to finish at shutdown before they return to the queue',
  ),
  WORKER_SWEEP_INTERVAL_MS: integer(15_000, 100, 3_600_000).describe(
    'how often the sweep looks for unfinished uploads whose job is gone',
  ),
  WORKER_SWEEP_AFTER_MS: integer(60_000, 100, 86_400_000).describe(
    'age at which the sweep requeues the job of an unfinished upload',
  ),
  WORKER_PRUNE_UPLOADS_S: integer(0, 0, 315_360_000).describe(
    'time after the landing at which the row of a deleted or ignored upload is removed, but not within a day of its last change; 0 keeps it. Once the row is gone, reconcile registers an object that is still in the bucket as a new upload',
  ),
});

export const local = z.object({
  LOCAL_POSTGRES_PORT: integer(54_329, 0, 65_535).describe(
    'port of the Postgres that npm start runs; 0 picks a free one',
  ),
  LOCAL_DATA_DIR: z
    .string()
    .default('.landfall')
    .describe('folder for the data of npm start: database, buckets, logs, local.json'),
});
