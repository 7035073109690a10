import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createDatabaseIfMissing, migrateDatabase } from '#database';
import { migrateQueue } from '#jobs';
import { ensureFfmpeg, freePort, nodeFlags, workerFlags } from '#local';
import { App } from './app.js';
import { emulatorFaults } from './emulator-faults.js';
import { Link } from './link.js';
import type { Part } from './part.js';
import { pipelines } from './pipelines.js';
import { openScratchDisk, type ScratchDisk } from './scratch.js';
import { Service } from './service.js';

export type Backend = 'postgres' | 'redis';

export const bucket = 'landfall-prove';
export const renditionPrefix = 'renditions/';
const workerCount = 2;
/** An upload that began with a ticket is over by then: see `ticketMaxAgeMs` of the client. */
const followUpS = 30;

/** A whole Landfall with everything that it needs, each in a process of its own, and the lines between them. */
export interface Stack {
  readonly backend: Backend;
  readonly postgres: Service;
  /** Null with the queue on Postgres. */
  readonly redis: Service | null;
  readonly emulator: App;
  readonly api: App;
  readonly workers: readonly App[];
  readonly parts: readonly Part[];
  readonly links: readonly Link[];
  readonly scratch: readonly ScratchDisk[];
  /** Past the lines, for what counts. */
  readonly databaseUrl: string;
  readonly queueUrl: string;
  readonly apiUrl: string;
  readonly apiKey: string;
  readonly oss: { endpoint: string; region: string; accessKeyId: string; accessKeySecret: string };
  /** The environment of our programs; `marker` (`NAME=value`) is in that of each, and of whatever they start. */
  readonly env: Readonly<Record<string, string>>;
  readonly marker: string;
}

/**
 * Starts it below `folder`; what `stack` is given to end ends with it.
 * @throws Error when a part does not start
 */
export async function openStack(
  stack: AsyncDisposableStack,
  { backend, seed, folder }: { backend: Backend; seed: number; folder: string },
): Promise<Stack> {
  const logs = join(folder, 'logs');
  await mkdir(logs, { recursive: true });
  const stopLater = <Stopped extends Part>(part: Stopped): Stopped => {
    stack.defer(() => part.stop());
    return part;
  };
  const postgres = stopLater(await Service.postgres(folder, await freePort()));
  const redis = backend === 'redis' ? stopLater(await Service.redis(folder, await freePort())) : null;
  await createDatabaseIfMissing(postgres.url, 'landfall');
  const databaseUrl = withPath(postgres.url, '/landfall');
  const queueUrl = redis?.url ?? databaseUrl;
  await migrateDatabase(databaseUrl);
  await migrateQueue(queueUrl);

  const [apiPort, emulatorPort] = [await freePort(), await freePort()];
  const openLink = async (name: string, port: number) => stack.use(await Link.open(name, port));
  const portOf = (url: string) => Number(new URL(url).port);
  const apiToPostgres = await openLink('api → postgres', portOf(databaseUrl));
  const workerToPostgres = await openLink('worker → postgres', portOf(databaseUrl));
  const workerToOss = await openLink('worker → oss', emulatorPort);
  const ossToApi = await openLink('oss → api', apiPort);
  const workerToRedis = redis && (await openLink('worker → redis', portOf(redis.url)));
  const links = [
    apiToPostgres,
    workerToPostgres,
    workerToOss,
    ossToApi,
    ...(workerToRedis ? [workerToRedis] : []),
  ];

  const [name, id] = ['LANDFALL_PROVE', randomBytes(8).toString('hex')];
  const ffmpeg = await ensureFfmpeg();
  if (ffmpeg.missing) throw new Error(`ffmpeg is needed; type: ${ffmpeg.command}`);
  const pipelinesFile = join(folder, 'pipelines.yaml');
  await writeFile(pipelinesFile, pipelines);
  const [accessKeyId, accessKeySecret] = [randomBytes(12).toString('hex'), randomBytes(16).toString('hex')];
  const [apiKey, endpoint] = [randomBytes(16).toString('hex'), `http://localhost:${emulatorPort}`];
  const env = {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    [name]: id,
    LOG_LEVEL: 'warn',
    API_HOST: '127.0.0.1',
    API_PORT: String(apiPort),
    API_PUBLIC_URL: `http://127.0.0.1:${ossToApi.port}`,
    API_KEYS: apiKey,
    API_LINK_SECRET: randomBytes(32).toString('hex'),
    TICKET_SECRETS: randomBytes(32).toString('hex'),
    TICKET_FOLLOW_UP_S: String(followUpS),
    CALLBACK_TRUST: 'ticket',
    CALLBACK_KEY_HOSTS: `localhost:${emulatorPort}`,
    OSS_PUBLIC_ENDPOINT: endpoint,
    OSS_REGION: 'cn-hangzhou',
    OSS_BUCKETS: bucket,
    OSS_PATH_STYLE: 'true',
    OSS_ACCESS_KEY_ID: accessKeyId,
    OSS_ACCESS_KEY_SECRET: accessKeySecret,
    OSS_TIMEOUT_MS: '10000',
    OSS_RENDITION_PREFIX: renditionPrefix,
    WEBHOOKS_ALLOW: '127.0.0.1',
    WEBHOOKS_RETRY_S: '1,2,5,10,20,40,60,60,60',
    WORKER_SWEEP_INTERVAL_MS: '2000',
    WORKER_SWEEP_AFTER_MS: '15000',
    PIPELINES_FILE: pipelinesFile,
    FFMPEG_PATH: ffmpeg.ffmpegPath,
    FFPROBE_PATH: ffmpeg.ffprobePath,
    EMULATOR_PORT: String(emulatorPort),
    EMULATOR_DATA_DIR: join(folder, 'oss'),
    // Nobody takes the machine's power away.
    EMULATOR_FSYNC: 'false',
    EMULATOR_BUCKETS: bucket,
    EMULATOR_ACCESS_KEY_ID: accessKeyId,
    EMULATOR_ACCESS_KEY_SECRET: accessKeySecret,
    EMULATOR_FAULTS: JSON.stringify(emulatorFaults(seed)),
  };
  const startApp = async (app: string, more: Record<string, string>, flags: readonly string[], as = app) =>
    stopLater(
      await App.start({
        name: as,
        path: `programs/${app}.js`,
        env: { ...env, ...more },
        flags,
        logFile: join(logs, `${as}.log`),
      }),
    );
  const emulator = await startApp('emulator', {}, workerFlags);
  const api = await startApp(
    'api',
    { DATABASE_URL: through(apiToPostgres, databaseUrl), OSS_ENDPOINT: endpoint },
    nodeFlags,
  );
  const scratch: ScratchDisk[] = [];
  const workers: App[] = [];
  for (let number = 1; number <= workerCount; number += 1) {
    const disk = stack.use(await openScratchDisk(join(folder, `scratch-${number}`)));
    scratch.push(disk);
    const own = {
      DATABASE_URL: through(workerToPostgres, databaseUrl),
      QUEUE_URL: through(workerToRedis ?? workerToPostgres, queueUrl),
      OSS_ENDPOINT: through(workerToOss, 'http://127.0.0.1'),
      MEDIA_SCRATCH_DIR: disk.folder,
    };
    workers.push(await startApp('worker', own, workerFlags, `worker-${number}`));
  }
  return {
    backend,
    postgres,
    redis,
    emulator,
    api,
    workers,
    parts: [postgres, ...(redis ? [redis] : []), emulator, api, ...workers],
    links,
    scratch,
    databaseUrl,
    queueUrl,
    apiUrl: `http://127.0.0.1:${apiPort}`,
    apiKey,
    oss: { endpoint, region: 'oss-cn-hangzhou', accessKeyId, accessKeySecret },
    env: { ...env, DATABASE_URL: databaseUrl, QUEUE_URL: queueUrl, OSS_ENDPOINT: endpoint },
    marker: `${name}=${id}`,
  };
}

function withPath(url: string, path: string): string {
  const changed = new URL(url);
  changed.pathname = path;
  return changed.href;
}

function through(link: Link, url: string): string {
  const changed = new URL(url);
  changed.port = String(link.port);
  return changed.href;
}
