import { loadPipelines } from '#pipelines';
import { configSections, isLandfallError, loadConfig, type Config, type SectionName } from '#runtime';
import { urlRulesOf } from '#webhooks';

const production = [
  'log',
  'http',
  'callback',
  'database',
  'queue',
  'oss',
  'worker',
  'media',
  'tickets',
  'events',
  'eventLog',
  'webhooks',
  'reconcile',
] as const;

/** Reads all settings and the pipelines file, and prints errors (exit code 1) and warnings (0). */
export async function check(env: NodeJS.ProcessEnv): Promise<number> {
  const { errors, warnings } = findProblems(env);
  for (const warning of warnings) console.log(`warning: ${warning}`);
  for (const error of errors) console.log(`error: ${error}`);
  if (errors.length === 0) console.log('The configuration is valid.');
  return errors.length === 0 ? 0 : 1;
}

export interface Problems {
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
}

/**
 * Finds settings that a process would refuse (errors), and settings that are allowed but probably unintended
 * (warnings).
 */
export function findProblems(env: NodeJS.ProcessEnv): Problems {
  const errors: string[] = [];
  const warnings = findUnknownSettings(env);
  const tryTo = (work: () => void) => {
    try {
      work();
    } catch (error) {
      if (!isLandfallError(error)) throw error;
      errors.push(error.message);
    }
  };
  tryTo(() => warnings.push(...findDoubtful(loadConfig(production, env), env)));
  // Only machines that run the emulator have these settings; production has none of them.
  if (Object.keys(env).some((name) => name.startsWith('EMULATOR_')))
    tryTo(() => loadConfig(['emulator'], env));
  tryTo(() => loadConfig(['local'], env));
  tryTo(() => loadPipelines(env['PIPELINES_FILE'] || 'pipelines.yaml'));
  return { errors: [...new Set(errors)], warnings };
}

/** Finds settings that are right on a developer's machine but wrong in production. */
function findDoubtful(config: Config<(typeof production)[number]>, env: NodeJS.ProcessEnv): string[] {
  if (env['LANDFALL_ENV'] === 'development')
    return ['LANDFALL_ENV is development: publicly known secrets are accepted'];
  const { oss, callback, http, queue, tickets } = config;
  const foreignHosts = callback.keyHosts.filter((host) => host !== 'gosspublic.alicdn.com');
  const doubts: [boolean, string][] = [
    [
      foreignHosts.length > 0,
      `CALLBACK_KEY_HOSTS: whoever controls ${foreignHosts.join(', ')} can forge callbacks; OSS uses gosspublic.alicdn.com`,
    ],
    [
      callback.trust === 'any',
      'CALLBACK_TRUST: any trusts the vars of anyone who can upload to any OSS bucket, which can show your users each other’s files',
    ],
    [
      callback.trust === 'bucket' && callback.urlSecrets.length === 0,
      'CALLBACK_TRUST: bucket trusts only the vars of tickets; if you compose callbacks yourself, create a secret URL with `landfall callback-url`; otherwise set `ticket`',
    ],
    [oss.endpoint.startsWith('http:'), 'OSS_ENDPOINT: http is not encrypted'],
    [
      (oss.publicEndpoint ?? '').startsWith('http:'),
      'OSS_PUBLIC_ENDPOINT: http is not encrypted, and https pages cannot load files from it',
    ],
    [oss.pathStyle, 'OSS_PATH_STYLE: OSS itself refuses path-style requests'],
    [
      !http.publicUrl,
      'API_PUBLIC_URL: without it, the callbacks of tickets and the links of streams point to localhost',
    ],
    [
      queue.url.startsWith('redis:') && !/localhost|127\.0\.0\.1/.test(queue.url),
      'QUEUE_URL: redis:// is not encrypted; use rediss:// unless the network is private',
    ],
    [
      tickets.prefixes.length > 0 &&
        !tickets.prefixes.some((prefix) => tickets.keyTemplate.startsWith(prefix)),
      'TICKET_PREFIXES: TICKET_KEY_TEMPLATE begins with none of them; ticket requests without a key are refused',
    ],
  ];
  doubts.push(...doubtfulNets(config), ...doubtfulWebhooks(config));
  return doubts.filter(([applies]) => applies).map(([, text]) => text);
}

/**
 * Finds settings with which uploads would stay unknown after a failed callback, or with which anyone can forge
 * events.
 */
function doubtfulNets({
  callback,
  events,
  reconcile,
  tickets,
}: Config<'callback' | 'events' | 'reconcile' | 'tickets'>): [boolean, string][] {
  const hasSecretUrl = callback.urlSecrets.length > 0;
  const hearsEvents = events.accept.length > 0 || events.queueUrl !== undefined;
  const followsUpAll = callback.trust === 'ticket' && tickets.followUpS > 0;
  return [
    [
      !hearsEvents && reconcile.intervalS === 0 && !followsUpAll,
      'RECONCILE_INTERVAL_S: an object whose callback fails stays unknown until somebody runs `landfall reconcile`; set an interval, or have OSS send events (EVENTS_ACCEPT or EVENTS_QUEUE_URL)',
    ],
    [
      events.accept.includes('smq') && !hasSecretUrl,
      'EVENTS_ACCEPT: smq signs with a 512-bit key that anyone can factor, so an event proves only that its sender knows the endpoint; add a secret of CALLBACK_URL_SECRETS to the endpoint: /events/oss/<secret>',
    ],
    [
      events.accept.includes('eventbridge') && events.tokens.length === 0 && !hasSecretUrl,
      'EVENTS_TOKENS: without a static token, an event from eventbridge proves only that some Alibaba Cloud customer sent it',
    ],
  ];
}

/**
 * Variables that belong to no section: the kind of environment, and the marker that `npm start` sets for its
 * processes.
 */
const ofNoSection = ['LANDFALL_ENV', 'LANDFALL_RUN'];

/** Addresses that no production webhook should reach: the machine itself and the metadata services of clouds. */
const innermost = ['127.0.0.1', '::1', '169.254.169.254', '100.100.100.200'];

/** Finds webhooks that no worker delivers, that reach too far, or whose retries outlast their events. */
function doubtfulWebhooks({
  eventLog,
  webhooks,
  worker,
}: Config<'eventLog' | 'webhooks' | 'worker'>): [boolean, string][] {
  const { addresses } = urlRulesOf(webhooks);
  const reached = innermost.filter((address) => addresses.permits(address, address));
  const lastAttemptS = webhooks.retryS.reduce((sum, delayS) => sum + delayS, 0);
  const makesAll = worker.queues.includes('thumbnail') && worker.queues.includes('transcode');
  return [
    [
      reached.length > 0 || webhooks.allow.includes('localhost'),
      `WEBHOOKS_ALLOW: anyone with an API key can make workers call ${reached.join(', ') || 'localhost'}; allow single hosts instead`,
    ],
    [
      lastAttemptS > eventLog.keepS,
      'WEBHOOKS_RETRY_S: the last retry comes after EVENT_LOG_KEEP_S, when the event is already removed',
    ],
    [
      makesAll && !worker.queues.includes('delivery'),
      'WORKER_QUEUES: this worker processes uploads but delivers no webhooks; add delivery unless another worker has it',
    ],
  ];
}

/** Finds variables that look like settings but are not. Most are typos, and the default would be used silently. */
function findUnknownSettings(env: NodeJS.ProcessEnv): string[] {
  const settings = Object.keys(configSections).flatMap((name) =>
    Object.keys(configSections[name as SectionName].shape),
  );
  const areas = new Set(settings.map((name) => name.slice(0, name.indexOf('_') + 1)));
  const known = new Set([...settings, ...ofNoSection]);
  return Object.keys(env)
    .filter((name) => !known.has(name) && [...areas].some((area) => name.startsWith(area)))
    .sort()
    .map((name) => `${name}: unknown setting; it is ignored`);
}
