import { configSections, type SectionName } from '#runtime';
import type { z } from 'zod';

/** What each section is about, in the order of the page. A section that is not listed here does not compile. */
export const sectionTitles: Record<SectionName, string> = {
  log: 'Logging (every process)',
  http: 'HTTP (api)',
  callback: 'Callbacks (api)',
  tickets: 'Tickets (api)',
  database: 'Database (api, worker, migrate)',
  queue: 'Queue (worker, migrate)',
  oss: 'Object store (api, worker)',
  worker: 'Worker',
  media: 'Media (worker; api reads the pipelines file)',
  emulator: 'OSS emulator (development only)',
  local: 'Local run (npm start)',
};

export interface Setting {
  readonly name: string;
  readonly description: string;
  /** The value that is used when there is none; empty for a setting that may stay unset. */
  readonly fallback: string;
  readonly required: boolean;
}

/** The settings of a section, as its schema describes them. */
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

/** A value as an operator writes it in the environment: lists with commas, records as `name=value` with commas. */
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
