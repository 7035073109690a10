import { z } from 'zod';
import { addresses, integer, url } from './values.js';

// How to reach Postgres and Redis.

export const database = z.object({
  DATABASE_URL: url(/^postgres(ql)?$/, 'postgres://user:password@host:port/database').describe(
    'URL of the Postgres database (version 14 or newer), or of a connection pooler in front of it',
  ),
  DATABASE_DIRECT_URL: url(/^postgres(ql)?$/, 'postgres://user:password@host:port/database')
    .optional()
    .describe(
      'URL of the database itself if DATABASE_URL is that of a pooler in transaction mode; used for migrations, session locks and LISTEN',
    ),
  DATABASE_PREPARED_STATEMENTS: z
    .enum(['true', 'false'], 'must be true or false')
    .transform((value) => value === 'true')
    .optional()
    .describe(
      'whether frequent statements are prepared by name; defaults to true, or to false with DATABASE_DIRECT_URL, because the pooler must support them (PgBouncer 1.21 or newer does)',
    ),
  DATABASE_POOL_SIZE: integer(10, 2, 200).describe('maximum number of connections per process'),
});

const isRedis = (queueUrl: string) => /^rediss?:/.test(queueUrl);

/** Checks the settings of the queue that depend on each other. */
function checkTogether(
  settings: z.output<typeof queueSettings>,
  { addIssue }: z.core.$RefinementCtx<z.output<typeof queueSettings>>,
): void {
  const { QUEUE_URL, QUEUE_SENTINELS, QUEUE_CLUSTER_NODES, QUEUE_TLS_CERT_FILE, QUEUE_TLS_KEY_FILE } =
    settings;
  // Already reported.
  if (!URL.canParse(QUEUE_URL)) return;
  const refuse = (path: keyof typeof settings, message: string) =>
    addIssue({ code: 'custom', path: [path], message, input: undefined });
  if (isRedis(QUEUE_URL) && new URL(QUEUE_URL).search !== '')
    refuse('QUEUE_URL', 'must have no query parameters');
  if (isRedis(QUEUE_URL) && !/^\/?\d*$/.test(new URL(QUEUE_URL).pathname))
    refuse('QUEUE_URL', 'must name the Redis database by its number, as in redis://host:6379/1');
  if (QUEUE_CLUSTER_NODES.length > 0 && !/^\/?0?$/.test(new URL(QUEUE_URL).pathname))
    refuse('QUEUE_URL', 'must use database 0, the only one of a Redis Cluster');
  const ofRedis = ['QUEUE_SENTINELS', 'QUEUE_CLUSTER_NODES'] as const;
  for (const name of ofRedis) {
    if (settings[name].length > 0 && !isRedis(QUEUE_URL)) refuse(name, 'needs a QUEUE_URL of redis(s)://…');
  }
  if (QUEUE_SENTINELS.length > 0 && QUEUE_CLUSTER_NODES.length > 0)
    refuse('QUEUE_CLUSTER_NODES', 'cannot be set together with QUEUE_SENTINELS');
  const hasCertificate = QUEUE_TLS_CERT_FILE !== undefined;
  const hasKey = QUEUE_TLS_KEY_FILE !== undefined;
  if (hasCertificate && !hasKey) refuse('QUEUE_TLS_KEY_FILE', 'must be set with QUEUE_TLS_CERT_FILE');
  if (hasKey && !hasCertificate) refuse('QUEUE_TLS_CERT_FILE', 'must be set with QUEUE_TLS_KEY_FILE');
  if (hasCertificate && !QUEUE_URL.startsWith('rediss:'))
    refuse('QUEUE_TLS_CERT_FILE', 'needs a QUEUE_URL of rediss://…');
}

const queueSettings = z.object({
  QUEUE_URL: url(/^(rediss?|postgres(ql)?)$/, 'redis://… or postgres://…').describe(
    'where BullMQ stores its jobs: redis(s)://user:password@host:port/database or postgres://…; for Postgres, the database itself, not a pooler',
  ),
  QUEUE_SENTINELS: addresses().describe(
    'comma-separated host:port of the Sentinels that watch Redis; the host of QUEUE_URL is then the name by which they know the primary, such as mymaster',
  ),
  QUEUE_SENTINEL_PASSWORD: z.string().optional().describe('password of the Sentinels, if they have one'),
  QUEUE_CLUSTER_NODES: addresses().describe(
    'comma-separated host:port of nodes of a Redis Cluster, used with the host of QUEUE_URL to discover the other nodes; user, password and TLS are those of QUEUE_URL',
  ),
  QUEUE_TLS_CERT_FILE: z
    .string()
    .optional()
    .describe('PEM file with the client certificate for Redis and its Sentinels'),
  QUEUE_TLS_KEY_FILE: z.string().optional().describe('PEM file with the private key of QUEUE_TLS_CERT_FILE'),
  QUEUE_PREFIX: z
    .string()
    .regex(/^[a-z0-9-]+$/, 'must contain only lower-case letters, digits and -')
    .default('landfall')
    .describe('prefix of the keys in Redis'),
});

export const queue = queueSettings.superRefine(checkTogether);
