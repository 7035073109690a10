import { configSections, type SectionName } from '#runtime';
import type { z } from 'zod';

/** Section titles, in page order. A missing section is a compile error. */
export const sectionTitles: Record<SectionName, string> = {
  log: 'Logging (every process)',
  management: 'Management port (api, worker)',
  http: 'HTTP (api)',
  callback: 'Callbacks (api)',
  tickets: 'Tickets (api, worker)',
  events: 'Event notifications (api, worker)',
  webhooks: 'Webhooks (worker; api checks URLs)',
  eventLog: 'Event log (worker)',
  live: 'Live events (api)',
  reconcile: 'Reconcile (worker, landfall reconcile)',
  database: 'Database (api, worker, migrate)',
  queue: 'Queue (worker, migrate)',
  oss: 'Object store (api, worker)',
  worker: 'Worker',
  media: 'Media (worker; api reads the pipelines file)',
  tracing: 'Traces (api, worker)',
  emulator: 'OSS emulator (development only)',
  local: 'Local run (npm start)',
  client: 'Command line (landfall uploads, events, webhooks, tickets, queues)',
};

export interface Setting {
  readonly name: string;
  readonly description: string;
  /** The default value; empty for an optional setting. */
  readonly fallback: string;
  readonly required: boolean;
}

/** Whether the value of a setting is confidential: keys, secrets, tokens, and URLs with passwords. */
export function isSecret({ name }: Setting): boolean {
  return /_(KEYS?|KEY_ID|SECRETS?|TOKENS?|HEADERS|PASSWORD)$|^(DATABASE|DATABASE_DIRECT|QUEUE)_URL$/.test(
    name,
  );
}

/** Lists the settings of a section from its schema. */
export function listSettings(section: SectionName): Setting[] {
  const shape: Record<string, z.ZodType> = configSections[section].shape;
  return Object.entries(shape).map(([name, schema]) => {
    const unset = schema.safeParse(undefined);
    return {
      name,
      description: schema.description ?? '',
      fallback: unset.success ? showValue(unset.data) : '',
      required: !unset.success,
    };
  });
}

/** Formats a value as in the environment: lists and `name=value` records are separated by commas. */
function showValue(value: unknown): string {
  if (Array.isArray(value)) return value.join(',');
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value)
      .map(([name, entry]) => `${name}=${String(entry)}`)
      .join(',');
  }
  return String(value ?? '');
}

export function listSections(): SectionName[] {
  return Object.keys(sectionTitles) as SectionName[];
}
