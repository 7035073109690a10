import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { RenditionSpec } from '#media';
import { kinds } from './kinds/index.js';

/**
 * Hashes the meaning of a spec to twelve hex digits: its fields in a fixed order, without those that have their
 * default. Adding a field in a later version therefore does not change the hash of existing specs.
 */
export function hashSpec(spec: RenditionSpec): string {
  const { schema, hashed } = kinds[spec.kind];
  const fields = meaningOf(schema, { ...spec }, hashed);
  return createHash('sha256').update(JSON.stringify(fields)).digest('hex').slice(0, 12);
}

/** The fields of an object as sorted pairs, without those outside `always` that have their default. */
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

/** Unwraps an optional schema or one with a default. */
function unwrap(schema: z.core.$ZodType | undefined): z.core.$ZodType | undefined {
  return schema instanceof z.ZodOptional || schema instanceof z.ZodDefault ? unwrap(schema.unwrap()) : schema;
}
