import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { type RenditionSpec, renditionSchemas } from './rendition-schema.js';

/** The fields that were hashed with their defaults from the beginning; none is ever added or taken away. */
const alwaysHashed: Record<RenditionSpec['kind'], readonly string[]> = {
  image: ['name', 'kind', 'width', 'height', 'fit', 'format', 'quality'],
  loop: ['name', 'kind', 'format', 'width', 'quality'],
  poster: ['name', 'kind', 'width', 'format', 'quality'],
  preview: ['name', 'kind', 'format', 'width', 'seconds', 'frameRate', 'quality'],
  storyboard: ['name', 'kind', 'width', 'columns', 'rows', 'format', 'quality'],
  hls: ['name', 'kind', 'heights', 'segmentSeconds'],
  mp4: ['name', 'kind', 'height'],
  audio: ['name', 'kind', 'codec', 'bitrateKbps'],
  waveform: ['name', 'kind', 'format'],
};

/**
 * Twelve hex digits over what a spec means: the fields in a fixed order, those with their default left out. So a field
 * that a later version adds leaves the hash of every existing spec as it is.
 */
export function hashSpec(spec: RenditionSpec): string {
  const fields = meaningOf(renditionSchemas[spec.kind], spec, alwaysHashed[spec.kind]);
  return createHash('sha256').update(JSON.stringify(fields)).digest('hex').slice(0, 12);
}

/** The fields of an object as sorted pairs, without those that have their default and are not of the first version. */
function meaningOf(
  schema: z.ZodObject,
  value: Readonly<Record<string, unknown>>,
  always: readonly string[] = [],
): [string, unknown][] {
  return Object.entries(value)
    .filter(([name, field]) => always.includes(name) || !isDefault(schema.shape[name], field))
    .filter(([, field]) => field !== undefined)
    .map(([name, field]): [string, unknown] => {
      const inner = unwrap(schema.shape[name]);
      const isObject = inner instanceof z.ZodObject && typeof field === 'object' && field !== null;
      return [name, isObject ? meaningOf(inner, field as Record<string, unknown>) : field];
    })
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function isDefault(schema: z.core.$ZodType | undefined, value: unknown): boolean {
  if (schema === undefined) return false;
  const unset = z.safeParse(schema, undefined);
  return unset.success && isDeepStrictEqual(unset.data, value);
}

/** The schema inside an optional one or one with a default. */
function unwrap(schema: z.core.$ZodType | undefined): z.core.$ZodType | undefined {
  return schema instanceof z.ZodOptional || schema instanceof z.ZodDefault ? unwrap(schema.unwrap()) : schema;
}
