import { z } from 'zod';
import { configSections, type ConfigSections } from './config-sections.js';
import { LandfallError } from './landfall-error.js';

export type SectionName = keyof ConfigSections;

/** The settings of the sections that a process asked for, frozen. Asking for a section you did not load is a type error. */
export type Config<Names extends SectionName = SectionName> = {
  readonly [Name in Names]: Readonly<z.output<ConfigSections[Name]>>;
};

/**
 * Reads the named sections from the environment, checks them all, and reports every problem at once with the variable's
 * name and the format wanted. This is the only place that reads `process.env`.
 * @throws LandfallError config.invalid
 */
export function loadConfig<const Names extends SectionName>(
  names: readonly Names[],
  env: NodeJS.ProcessEnv = process.env,
): Config<Names> {
  const problems: string[] = [];
  const config: Partial<Record<SectionName, unknown>> = {};
  // An empty variable means the same as none, as in most compose files.
  const given = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ''),
  );
  for (const name of names) {
    const section = configSections[name];
    const result = section.safeParse(given);
    if (result.success) config[name] = Object.freeze(result.data);
    else problems.push(...result.error.issues.map((issue) => describeProblem(section, issue)));
  }
  // Left alone it would loosen what was strict.
  if (given['CALLBACK_REQUIRE_TICKET'] !== undefined)
    problems.push('CALLBACK_REQUIRE_TICKET: no longer exists; instead of true, set CALLBACK_TRUST=ticket');
  if (given['LANDFALL_ENV'] !== 'development') problems.push(...publishedSecrets(given));
  if (problems.length > 0)
    throw new LandfallError('config.invalid', problems.map((line) => `\n  ${line}`).join(''));
  return Object.freeze(config) as Config<Names>;
}

function describeProblem(section: z.ZodObject, issue: z.core.$ZodIssue): string {
  const variable = String(issue.path[0] ?? '?');
  const field: z.ZodType | undefined = section.shape[variable] as z.ZodType | undefined;
  return `${variable}: ${issue.message}${field?.description ? ` (${field.description})` : ''}`;
}

/** Secrets that `npm start` uses and this repository publishes: never good enough outside development. */
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
