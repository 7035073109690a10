import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createDatabaseIfMissing } from '#database';
import { ensureFfmpeg, freePort, workerFlags } from '#local';
import { App, type AppOptions } from './app.js';
import type { Part } from './part.js';
import { Service } from './service.js';

export type Backend = 'postgres' | 'redis';

export const bucket = 'landfall-prove';
export const renditionPrefix = 'renditions/';
/** Long enough that an upload with the ticket is over by then; see `ticketMaxAgeMs` of the client. */
const followUpS = 30;

/** The services below a Landfall, and the settings of its programs. */
export interface Base {
  readonly backend: Backend;
  readonly postgres: Service;
  /** Null if the queue is in Postgres. */
  readonly redis: Service | null;
  readonly emulator: App;
  readonly databaseUrl: string;
  readonly queueUrl: string;
  readonly apiKey: string;
  readonly oss: { endpoint: string; region: string; accessKeyId: string; accessKeySecret: string };
  /** The environment of our programs. It contains `marker` (`NAME=value`), which their child processes inherit. */
  readonly env: Readonly<Record<string, string>>;
  readonly marker: string;
  /** Starts one of our programs with additional environment variables; its log file is named after it. */
  readonly startApp: (app: Omit<AppOptions, 'logFile'>) => Promise<App>;
}

export interface BaseOptions {
  readonly backend: Backend;
  readonly folder: string;
  /** Text of the pipelines file. */
  readonly pipelines: string;
  /** URL at which OSS and clients reach the api. */
  readonly publicUrl: string;
  /** The value of `EMULATOR_FAULTS`. */
  readonly emulatorFaults: object;
}

/**
 * Starts Postgres with an empty database, Redis and the emulator in `folder`, and registers their shutdown with
 * `stack`.
 * @throws Error if a part does not start
 */
export async function openBase(
  stack: AsyncDisposableStack,
  { backend, folder, pipelines, publicUrl, emulatorFaults }: BaseOptions,
): Promise<Base> {
  const logs = join(folder, 'logs');
  await mkdir(logs, { recursive: true });
  const stopLater = <Stopped extends Part>(part: Stopped): Stopped => {
    stack.defer(() => part.stop());
    return part;
  };
  const ffmpeg = await ensureFfmpeg();
  if (ffmpeg.missing) throw new Error(`ffmpeg is needed; type: ${ffmpeg.command}`);
  const postgres = stopLater(await Service.postgres(folder, await freePort()));
  const redis = backend === 'redis' ? stopLater(await Service.redis(folder, await freePort())) : null;
  await createDatabaseIfMissing(postgres.url, 'landfall');
  const databaseUrl = withPath(postgres.url, '/landfall');
  const queueUrl = redis?.url ?? databaseUrl;

  const [name, id] = ['LANDFALL_PROVE', randomBytes(8).toString('hex')];
  const pipelinesFile = join(folder, 'pipelines.yaml');
  await writeFile(pipelinesFile, pipelines);
  const [accessKeyId, accessKeySecret] = [randomBytes(12).toString('hex'), randomBytes(16).toString('hex')];
  const emulatorPort = await freePort();
  const [apiKey, endpoint] = [randomBytes(16).toString('hex'), `http://localhost:${emulatorPort}`];
  const env = {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    [name]: id,
    LOG_LEVEL: 'warn',
    DATABASE_URL: databaseUrl,
    QUEUE_URL: queueUrl,
    API_HOST: '127.0.0.1',
    API_PUBLIC_URL: publicUrl,
    API_KEYS: apiKey,
    API_LINK_SECRET: randomBytes(32).toString('hex'),
    TICKET_SECRETS: randomBytes(32).toString('hex'),
    TICKET_FOLLOW_UP_S: String(followUpS),
    CALLBACK_TRUST: 'ticket',
    CALLBACK_KEY_HOSTS: `localhost:${emulatorPort}`,
    OSS_ENDPOINT: endpoint,
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
    // The run includes no power loss.
    EMULATOR_FSYNC: 'false',
    EMULATOR_BUCKETS: bucket,
    EMULATOR_ACCESS_KEY_ID: accessKeyId,
    EMULATOR_ACCESS_KEY_SECRET: accessKeySecret,
    EMULATOR_FAULTS: JSON.stringify(emulatorFaults),
  };
  const startApp: Base['startApp'] = async (app) => {
    const logFile = join(logs, `${app.name}.log`);
    return stopLater(await App.start({ ...app, env: { ...env, ...app.env }, logFile }));
  };
  const emulator = await startApp({
    name: 'emulator',
    path: builtProgram('emulator'),
    env: {},
    flags: workerFlags,
  });
  return {
    backend,
    postgres,
    redis,
    emulator,
    databaseUrl,
    queueUrl,
    apiKey,
    oss: { endpoint, region: 'oss-cn-hangzhou', accessKeyId, accessKeySecret },
    env,
    marker: `${name}=${id}`,
    startApp,
  };
}

/** Path of a program of this build. */
export function builtProgram(name: 'api' | 'worker' | 'emulator' | 'landfall'): string {
  return join(import.meta.dirname, `../../../programs/${name}.js`);
}

function withPath(url: string, path: string): string {
  const changed = new URL(url);
  changed.pathname = path;
  return changed.href;
}
