import { z } from 'zod';
import { configSections, type ConfigSections } from './settings/index.js';
import { LandfallError } from './landfall-error.js';

export type SectionName = keyof ConfigSections;

/** The prefix of each section's variables, which `loadConfig` removes from the names. */
const prefixes = {
  log: 'LOG_',
  management: 'MANAGEMENT_',
  http: 'API_',
  callback: 'CALLBACK_',
  database: 'DATABASE_',
  queue: 'QUEUE_',
  oss: 'OSS_',
  tickets: 'TICKET_',
  events: 'EVENTS_',
  eventLog: 'EVENT_LOG_',
  live: 'LIVE_',
  reconcile: 'RECONCILE_',
  webhooks: 'WEBHOOKS_',
  worker: 'WORKER_',
  media: '',
  tracing: 'OTEL_',
  emulator: 'EMULATOR_',
  local: 'LOCAL_',
  client: 'LANDFALL_',
} as const satisfies Record<SectionName, string>;

type CamelCase<Name extends string> = Name extends `${infer First}_${infer Rest}`
  ? `${Lowercase<First>}${Capitalize<CamelCase<Rest>>}`
  : Lowercase<Name>;
type WithoutPrefix<Name, Prefix extends string> = Name extends `${Prefix}${infer Rest}` ? Rest : never;

/**
 * The settings of the requested sections, frozen, by camel-case names: `OSS_URL_LIFETIME_S` is
 * `oss.urlLifetimeS`. Asking for a section that was not loaded is a type error.
 */
export type Config<Names extends SectionName = SectionName> = {
  readonly [Section in Names]: {
    readonly [
      Name in keyof z.output<ConfigSections[Section]> as CamelCase<
        WithoutPrefix<Name, (typeof prefixes)[Section]>
      >
    ]: z.output<ConfigSections[Section]>[Name];
  };
};

/**
 * Reads and checks the named sections of the environment, and reports all problems at once, each with the variable's name
 * and the expected format. Rooms read their settings here, not from `process.env`.
 * @throws LandfallError config.invalid
 */
export function loadConfig<const Names extends SectionName>(
  names: readonly Names[],
  env: NodeJS.ProcessEnv = process.env,
): Config<Names> {
  const problems: string[] = [];
  const config: Partial<Record<SectionName, unknown>> = {};
  // An empty variable counts as unset, as in most compose files.
  const given = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ''),
  );
  for (const name of names) {
    const section = configSections[name];
    const result = section.safeParse(given);
    if (result.success) config[name] = Object.freeze(domainNames(name, result.data));
    else problems.push(...result.error.issues.map((issue) => describeProblem(section, issue)));
  }
  // Ignoring the removed setting would silently loosen a strict configuration.
  if (given['CALLBACK_REQUIRE_TICKET'] !== undefined)
    problems.push('CALLBACK_REQUIRE_TICKET: no longer exists; instead of true, set CALLBACK_TRUST=ticket');
  if (given['DATABASE_DIRECT_URL'] !== undefined && given['QUEUE_URL'] === given['DATABASE_URL'])
    problems.push(
      'QUEUE_URL: must not be the pooler of DATABASE_URL, because BullMQ uses LISTEN on its connections; set it to DATABASE_DIRECT_URL',
    );
  if (given['LANDFALL_ENV'] !== 'development') problems.push(...publishedSecrets(given));
  if (problems.length > 0)
    throw new LandfallError('config.invalid', problems.map((line) => `\n  ${line}`).join(''));
  return Object.freeze(config) as Config<Names>;
}

function domainNames(section: SectionName, values: object): object {
  const prefix = prefixes[section];
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [camelCase(name.slice(prefix.length)), value]),
  );
}

const camelCase = (name: string) =>
  name.toLowerCase().replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

function describeProblem(section: z.ZodObject, issue: z.core.$ZodIssue): string {
  const variable = String(issue.path[0] ?? '?');
  const field: z.ZodType | undefined = section.shape[variable] as z.ZodType | undefined;
  return `${variable}: ${issue.message}${field?.description ? ` (${field.description})` : ''}`;
}

/** Secrets that `npm start` uses. This repository publishes them, so they are refused outside development. */
export const developmentSecrets = {
  apiKey: 'landfall-dev-key',
  linkSecret: 'landfall-dev-link-secret-0000000000',
  ticketSecret: 'landfall-dev-ticket-secret-00000000',
  accessKeyId: 'LTAI5tLandfallDevKey',
  accessKeySecret: 'landfall-dev-access-key-secret',
} as const;

function publishedSecrets(env: Record<string, unknown>): string[] {
  const published: readonly string[] = Object.values(developmentSecrets);
  return ['API_KEYS', 'API_LINK_SECRET', 'TICKET_SECRETS', 'OSS_ACCESS_KEY_ID', 'OSS_ACCESS_KEY_SECRET']
    .filter((name) =>
      String(env[name] ?? '')
        .split(',')
        .some((part) => published.includes(part.trim())),
    )
    .map(
      (name) =>
        `${name}: contains a secret published with the source; set your own, or LANDFALL_ENV=development`,
    );
}
