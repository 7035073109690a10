import { randomBytes } from 'node:crypto';
import { migrateDatabase } from '#database';
import { Queue } from 'bullmq';
import type { Client } from 'pg';
import { benchBucket, callbackSecret } from '../harness/target.js';
import { startProgram, type Program } from '../harness/program.js';
import { type BenchPostgres, connectTo } from '../harness/services.js';

/** A server that receives callbacks, with access to what it has recorded. */
export interface Contestant extends AsyncDisposable {
  readonly program: Program;
  /** Empty if the server records nothing. */
  readonly databaseUrl: string;
  /** Deletes all recorded data, so that each round starts from the same state. */
  clear(): Promise<void>;
  /** The number of recorded rows; null if the server records nothing. */
  count(): Promise<{ uploads: number; jobs: number } | null>;
}

export interface Surroundings {
  readonly postgres: BenchPostgres;
  readonly redisUrl: string;
  readonly keyUrl: string;
}

/** The api as shipped, with settings that production would also accept. */
export async function openLandfall(
  { postgres, keyUrl }: Surroundings,
  databaseName = 'landfall',
  env: Readonly<Record<string, string>> = {},
): Promise<Contestant & { readonly apiKey: string }> {
  const apiKey = randomBytes(16).toString('hex');
  const databaseUrl = await postgres.createDatabase(databaseName);
  await migrateDatabase(databaseUrl);
  const program = await startProgram('landfall', 'programs/api.js', {
    DATABASE_URL: databaseUrl,
    API_HOST: '127.0.0.1',
    API_PORT: '0',
    API_KEYS: apiKey,
    API_LINK_SECRET: randomBytes(32).toString('hex'),
    TICKET_SECRETS: randomBytes(32).toString('hex'),
    CALLBACK_KEY_HOSTS: new URL(keyUrl).host,
    CALLBACK_URL_SECRETS: callbackSecret,
    OSS_ENDPOINT: 'https://oss-cn-hangzhou.aliyuncs.com',
    OSS_REGION: 'cn-hangzhou',
    OSS_BUCKETS: benchBucket,
    OSS_ACCESS_KEY_ID: 'never-used',
    OSS_ACCESS_KEY_SECRET: 'never-used',
    ...env,
  });
  return { ...(await withOutbox(program, databaseUrl)), apiKey };
}

export async function openBareFastify({ postgres, keyUrl }: Surroundings): Promise<Contestant> {
  const databaseUrl = await postgres.createDatabase('bare_fastify');
  await migrateDatabase(databaseUrl);
  const program = await startProgram('bareFastify', 'bench/references/bare-fastify.js', {
    NODE_ENV: 'production',
    DATABASE_URL: databaseUrl,
    CALLBACK_KEY_HOSTS: new URL(keyUrl).host,
    CALLBACK_URL_SECRETS: callbackSecret,
    OSS_BUCKETS: benchBucket,
  });
  return withOutbox(program, databaseUrl);
}

export async function openTypicalNest({ postgres, redisUrl, keyUrl }: Surroundings): Promise<Contestant> {
  const databaseUrl = await postgres.createDatabase('typical_nest');
  const program = await startProgram('typicalNest', 'bench/references/typical-nest.js', {
    NODE_ENV: 'production',
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    CALLBACK_KEY_HOSTS: new URL(keyUrl).host,
  });
  const { client, ...connection } = await connectTo(databaseUrl);
  const queue = new Queue('thumbnails', { connection: { url: redisUrl } });
  return {
    program,
    databaseUrl,
    async clear() {
      await client.query('TRUNCATE uploads');
      await queue.drain();
    },
    count: async () => ({ uploads: await countRows(client, 'uploads'), jobs: await queue.getWaitingCount() }),
    async [Symbol.asyncDispose]() {
      await program[Symbol.asyncDispose]();
      await queue.close();
      await connection[Symbol.asyncDispose]();
    },
  };
}

/** A server without records or checks, which shows the limit of the load generator. */
export async function openDoNothing(): Promise<Contestant> {
  const program = await startProgram('doNothing', 'bench/references/do-nothing.js');
  return {
    program,
    databaseUrl: '',
    clear: async () => {},
    count: async () => null,
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  };
}

async function withOutbox(program: Program, databaseUrl: string): Promise<Contestant> {
  const { client, ...connection } = await connectTo(databaseUrl);
  return {
    program,
    databaseUrl,
    async clear() {
      await client.query('TRUNCATE uploads, outbox CASCADE');
    },
    count: async () => ({
      uploads: await countRows(client, 'uploads'),
      jobs: await countRows(client, 'outbox'),
    }),
    async [Symbol.asyncDispose]() {
      await program[Symbol.asyncDispose]();
      await connection[Symbol.asyncDispose]();
    },
  };
}

async function countRows(client: Client, table: 'uploads' | 'outbox'): Promise<number> {
  const { rows } = await client.query<{ rows: number }>(`SELECT count(*)::int AS rows FROM ${table}`);
  return rows[0]?.rows ?? 0;
}
