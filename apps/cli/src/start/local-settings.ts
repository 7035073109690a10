import { join, resolve } from 'node:path';
import { freePort, portIsFree } from '#local';
import { developmentSecrets, LandfallError, loadConfig } from '#runtime';
import type { LocalRunFacts } from './local-run-facts.js';

const bucket = 'landfall';
const region = 'cn-hangzhou';
const landingsAndRemovals = [
  'ObjectCreated:PutObject',
  'ObjectCreated:PostObject',
  'ObjectCreated:CopyObject',
  'ObjectCreated:CompleteMultipartUpload',
  'ObjectRemoved:DeleteObject',
  'ObjectRemoved:DeleteObjects',
];

/**
 * Ports and folders of a local run, and the part of its processes' environment that is known before Postgres starts.
 */
export interface LocalSettings {
  readonly dataDir: string;
  readonly postgresPort: number;
  readonly apiUrl: string;
  readonly consoleUrl: string | null;
  readonly ossEndpoint: string;
  /** The management ports, by app. */
  readonly managementPorts: { readonly api: number; readonly worker: number };
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Reads ports and folders from the environment. Everything that refers to external services (database, OSS, secrets)
 * is set to local values regardless of the environment, so that a shell with production settings does no harm.
 * @throws LandfallError config.invalid
 */
export async function readLocalSettings(given: NodeJS.ProcessEnv): Promise<LocalSettings> {
  const { accessKeyId, accessKeySecret, apiKey, linkSecret, ticketSecret } = developmentSecrets;
  const fixed = {
    LANDFALL_ENV: 'development',
    API_KEYS: apiKey,
    API_LINK_SECRET: linkSecret,
    TICKET_SECRETS: ticketSecret,
    OSS_ACCESS_KEY_ID: accessKeyId,
    OSS_ACCESS_KEY_SECRET: accessKeySecret,
    OSS_REGION: region,
    OSS_BUCKETS: bucket,
    OSS_PATH_STYLE: 'true',
    OSS_PUBLIC_ENDPOINT: '',
    OSS_SECURITY_TOKEN: '',
    EMULATOR_ACCESS_KEY_ID: accessKeyId,
    EMULATOR_ACCESS_KEY_SECRET: accessKeySecret,
    EMULATOR_REGION: region,
    EMULATOR_BUCKETS: bucket,
    // The callbacks of a first trial carry no ticket, and only this machine can upload.
    CALLBACK_TRUST: given['CALLBACK_TRUST'] || 'any',
    EMULATOR_PUBLIC_URL: '',
    // Makes glibc release the memory of finished images.
    MALLOC_ARENA_MAX: '2',
  };
  const { local, http, emulator } = loadConfig(['local', 'http', 'emulator'], { ...given, ...fixed });
  const apiPort = http.port || (await freePort());
  const emulatorPort = emulator.port || (await freePort());
  const apiUrl = `http://localhost:${apiPort}`;
  const ossEndpoint = `http://localhost:${emulatorPort}`;
  return {
    dataDir: local.dataDir,
    postgresPort: local.postgresPort || (await freePort()),
    apiUrl,
    consoleUrl: http.console ? `${apiUrl}/console/` : null,
    ossEndpoint,
    managementPorts: { api: await freePort(), worker: await freePort() },
    env: {
      ...given,
      ...fixed,
      // The API key is public, so only this machine may use it by default.
      API_HOST: given['API_HOST'] || '127.0.0.1',
      API_PORT: String(apiPort),
      API_DOCS: given['API_DOCS'] || 'true',
      MANAGEMENT_HOST: given['MANAGEMENT_HOST'] || '127.0.0.1',
      EMULATOR_PORT: String(emulatorPort),
      EMULATOR_DATA_DIR: given['EMULATOR_DATA_DIR'] || join(local.dataDir, 'oss'),
      // Not the system's temporary folder, which is shared with the workers of other users and clones.
      MEDIA_SCRATCH_DIR: given['MEDIA_SCRATCH_DIR'] || resolve(local.dataDir, 'scratch'),
      OSS_ENDPOINT: ossEndpoint,
      CALLBACK_KEY_HOSTS: `localhost:${emulatorPort}`,
      ...eventSettings(given, apiUrl, ossEndpoint),
      // Shorter than in production, for those who try it out.
      TICKET_FOLLOW_UP_S: given['TICKET_FOLLOW_UP_S'] || '20',
      RECONCILE_INTERVAL_S: given['RECONCILE_INTERVAL_S'] || '60',
      WEBHOOKS_ALLOW: given['WEBHOOKS_ALLOW'] || 'localhost,127.0.0.0/8,::1/128',
    },
  };
}

/** By default, the emulator also reports every landing and removal to the api by event. */
function eventSettings(given: NodeJS.ProcessEnv, apiUrl: string, ossEndpoint: string) {
  const url = `${apiUrl}/events/oss`;
  const rule = { target: 'smq', url, events: landingsAndRemovals };
  const queueUrl = given['EVENTS_QUEUE_URL'] ?? '';
  return {
    EVENTS_ACCEPT: 'smq,eventbridge',
    EVENTS_CERT_HOSTS: new URL(ossEndpoint).host,
    EVENTS_TARGET_URL: url,
    EVENTS_TOKENS: '',
    // Only a queue of the emulator is used: a queue from a production shell would be drained.
    EVENTS_QUEUE_URL: queueUrl.startsWith(`${ossEndpoint}/`) ? queueUrl : '',
    EMULATOR_EVENT_RULES: given['EMULATOR_EVENT_RULES'] || JSON.stringify([rule]),
  };
}

/**
 * Refuses to start if a required port is in use, and names the setting that changes it.
 * @throws LandfallError local.port_busy
 */
export async function checkPorts({ env }: LocalSettings): Promise<void> {
  for (const [variable, what] of [
    ['API_PORT', 'the api'],
    ['EMULATOR_PORT', 'the OSS emulator'],
  ] as const) {
    const port = Number(env[variable]);
    if (!(await portIsFree(port))) throw portBusy(variable, port, what);
  }
}

export function portBusy(variable: string, port: number, what: string): LandfallError {
  return new LandfallError(
    'local.port_busy',
    `another program listens on port ${port}, which ${what} needs; end it, or choose another port: ${variable}=${port + 1} npm start`,
  );
}

/** The facts about the run that people and scripts need. */
export function describeRun(settings: LocalSettings, databaseUrl: string): LocalRunFacts {
  return {
    apiUrl: settings.apiUrl,
    consoleUrl: settings.consoleUrl,
    apiKey: developmentSecrets.apiKey,
    callbackUrl: `${settings.apiUrl}/callbacks/oss`,
    databaseUrl,
    queueUrl: settings.env['QUEUE_URL'] || databaseUrl,
    managementUrls: {
      api: `http://localhost:${settings.managementPorts.api}`,
      worker: `http://localhost:${settings.managementPorts.worker}`,
    },
    oss: {
      endpoint: settings.ossEndpoint,
      region,
      bucket,
      accessKeyId: developmentSecrets.accessKeyId,
      accessKeySecret: developmentSecrets.accessKeySecret,
    },
  };
}
