import { isKind, type RenditionSpec } from '#media';
import { LandfallError } from '#runtime';
import { z } from 'zod';
import { kinds, renditionSchema } from './kinds/index.js';

/**
 * Reads the spec of a planned rendition from the database. Drops fields that this version does not know, because new
 * fields always have a default that changes nothing. A missing field gets its default.
 * @throws LandfallError rendition.kind_unknown
 */
export function readSpec(kind: string, spec: object): RenditionSpec {
  if (!isKind(kind)) throw new LandfallError('rendition.kind_unknown', `unknown kind ${kind}`);
  const { shape } = kinds[kind].schema;
  const known = Object.entries(spec).filter(([name]) => Object.hasOwn(shape, name));
  const read = renditionSchema.safeParse({ ...Object.fromEntries(known), kind });
  if (read.success) return read.data;
  throw new LandfallError(
    'rendition.kind_unknown',
    `the spec is not a valid ${kind}: ${z.prettifyError(read.error)}`,
  );
}
