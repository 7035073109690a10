import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { developmentSecrets } from '#runtime';
import type { UploadView } from '#uploads';
import { inject } from 'vitest';
import { type AppProcess, startApp } from './app-process.js';
import { eventually } from './eventually.js';
import { createTestDatabase, dropTestDatabase } from './test-database.js';
import { type QueueKind, testQueue } from './test-queue.js';

export const testBucket = 'landfall';

/** Emulator, api and worker as processes, with their own database. */
export interface Stack extends AsyncDisposable {
  emulator: AppProcess;
  api: AppProcess;
  /** Restart or add workers with `startWorker`. */
  worker: AppProcess;
  databaseUrl: string;
  /** The environment of the processes. */
  env: Record<string, string>;
  callbackUrl: string;
  startWorker(env?: Record<string, string>): Promise<AppProcess>;
  /** Sends a GET request to the api with the API key; returns the JSON. */
  get<T>(path: string): Promise<T>;
  /** Waits until the upload is in one of these states, and returns it. */
  waitFor(id: string, ...statuses: UploadView['status'][]): Promise<UploadView>;
}

/**
 * Starts a complete Landfall. `env` extends or overrides the environment of all processes; if it
 * has a DATABASE_URL, that database is used and kept.
 */
export async function startStack(queueKind: QueueKind, env: Record<string, string> = {}): Promise<Stack> {
  const folder = await mkdtemp(join(tmpdir(), 'landfall-stack-'));
  const databaseUrl = env['DATABASE_URL'] ?? (await createTestDatabase());
  const queue = testQueue(queueKind, databaseUrl);
  const { ffmpegPath, ffprobePath } = inject('services');
  const { accessKeyId, accessKeySecret, apiKey, linkSecret, ticketSecret } = developmentSecrets;
  const base: Record<string, string> = {
    LOG_LEVEL: 'info',
    DATABASE_URL: databaseUrl,
    QUEUE_URL: queue.url,
    QUEUE_PREFIX: queue.prefix,
    API_HOST: '127.0.0.1',
    API_PORT: '0',
    API_KEYS: apiKey,
    API_LINK_SECRET: linkSecret,
    TICKET_SECRETS: ticketSecret,
    CALLBACK_TRUST: 'any',
    OSS_REGION: 'cn-hangzhou',
    OSS_BUCKETS: testBucket,
    OSS_PATH_STYLE: 'true',
    OSS_ACCESS_KEY_ID: accessKeyId,
    OSS_ACCESS_KEY_SECRET: accessKeySecret,
    EMULATOR_PORT: '0',
    EMULATOR_DATA_DIR: join(folder, 'oss'),
    EMULATOR_BUCKETS: testBucket,
    EMULATOR_ACCESS_KEY_ID: accessKeyId,
    EMULATOR_ACCESS_KEY_SECRET: accessKeySecret,
    MEDIA_SCRATCH_DIR: join(folder, 'scratch'),
    FFMPEG_PATH: ffmpegPath,
    FFPROBE_PATH: ffprobePath,
    ...env,
  };
  const emulator = await startApp('emulator', base);
  const { host: emulatorHost, port: emulatorPort } = new URL(emulator.url);
  const common: Record<string, string> = {
    ...base,
    EMULATOR_PORT: emulatorPort,
    OSS_ENDPOINT: emulator.url,
    CALLBACK_KEY_HOSTS: emulatorHost,
    EVENTS_CERT_HOSTS: emulatorHost,
    ...env,
  };
  const api = await startApp('api', common);
  const workers: AppProcess[] = [];
  const startWorker = async (more: Record<string, string> = {}) => {
    const worker = await startApp('worker', { ...common, ...more });
    workers.push(worker);
    return worker;
  };
  const get = async <T>(path: string): Promise<T> => {
    const answer = await fetch(`${api.url}${path}`, { headers: { authorization: `Bearer ${apiKey}` } });
    return (await answer.json()) as T;
  };
  return {
    emulator,
    api,
    worker: await startWorker(),
    databaseUrl,
    env: common,
    callbackUrl: `${api.url}/callbacks/oss`,
    startWorker,
    get,
    waitFor: (id, ...statuses) =>
      eventually(async () => {
        const upload = await get<UploadView>(`/v1/uploads/${id}`);
        return statuses.includes(upload.status) ? upload : undefined;
      }, 240_000),
    async [Symbol.asyncDispose]() {
      await Promise.all([...workers, api, emulator].map((app) => app.end()));
      await rm(folder, { recursive: true, force: true });
      if (!env['DATABASE_URL']) await dropTestDatabase(databaseUrl);
    },
  };
}
