import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrateDatabase } from '#database';
import { migrateQueue } from '#jobs';
import { freePort } from '#local';
import { benchBucket, callbackSecret } from './target.js';
import { type Program, startProgram } from './program.js';
import type { BenchPostgres } from './services.js';

/** Emulator, api and, once started, a worker, as `npm start` runs them, with the queue in Postgres. */
export interface BenchStack {
  readonly databaseUrl: string;
  readonly api: Program;
  readonly emulator: Program;
  readonly apiKey: string;
  readonly callbackUrl: string;
  /** The environment of its programs. */
  readonly env: Readonly<Record<string, string>>;
  /** Starts a worker, which processes all queues unless `env` says otherwise; `env` overrides its settings. */
  startWorker(env?: Record<string, string>): Promise<Program>;
  /** Settings of the OSS client. */
  readonly oss: { endpoint: string; region: string; accessKeyId: string; accessKeySecret: string };
}

/**
 * Starts the stack and registers its shutdown with `stack`.
 * @param pipelines text of the pipelines file; defaults to the one that ships
 */
export async function openStack(
  stack: AsyncDisposableStack,
  postgres: BenchPostgres,
  pipelines?: string,
): Promise<BenchStack> {
  const databaseUrl = await postgres.createDatabase('landfall');
  await migrateDatabase(databaseUrl);
  await migrateQueue(databaseUrl);
  const folder = await mkdtemp(join(tmpdir(), 'landfall-bench-stack-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const pipelinesFile = pipelines && join(folder, 'pipelines.yaml');
  if (pipelinesFile) await writeFile(pipelinesFile, pipelines);
  const port = await freePort();
  const endpoint = `http://localhost:${port}`;
  const apiKey = randomBytes(16).toString('hex');
  const [accessKeyId, accessKeySecret] = [randomBytes(12).toString('hex'), randomBytes(16).toString('hex')];
  const env = {
    DATABASE_URL: databaseUrl,
    QUEUE_URL: databaseUrl,
    API_HOST: '127.0.0.1',
    API_PORT: '0',
    API_KEYS: apiKey,
    API_LINK_SECRET: randomBytes(32).toString('hex'),
    TICKET_SECRETS: randomBytes(32).toString('hex'),
    CALLBACK_KEY_HOSTS: `localhost:${port}`,
    CALLBACK_URL_SECRETS: callbackSecret,
    OSS_ENDPOINT: endpoint,
    OSS_REGION: 'cn-hangzhou',
    OSS_BUCKETS: benchBucket,
    OSS_PATH_STYLE: 'true',
    OSS_ACCESS_KEY_ID: accessKeyId,
    OSS_ACCESS_KEY_SECRET: accessKeySecret,
    EMULATOR_PORT: String(port),
    EMULATOR_DATA_DIR: join(folder, 'oss'),
    EMULATOR_BUCKETS: benchBucket,
    EMULATOR_ACCESS_KEY_ID: accessKeyId,
    EMULATOR_ACCESS_KEY_SECRET: accessKeySecret,
    WEBHOOKS_ALLOW: '127.0.0.1',
    MEDIA_SCRATCH_DIR: join(folder, 'scratch'),
    MALLOC_ARENA_MAX: '2',
    ...(pipelinesFile && { PIPELINES_FILE: pipelinesFile }),
  };
  const emulator = stack.use(await startProgram('emulator', 'programs/emulator.js', env));
  const api = stack.use(await startProgram('api', 'programs/api.js', env));
  return {
    databaseUrl,
    api,
    emulator,
    apiKey,
    env,
    callbackUrl: `${api.url}/callbacks/oss/${callbackSecret}`,
    startWorker: async (more = {}) =>
      stack.use(await startProgram('worker', 'programs/worker.js', { ...env, ...more })),
    oss: { endpoint, region: 'oss-cn-hangzhou', accessKeyId, accessKeySecret },
  };
}
