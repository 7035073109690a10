import {
  filterOf,
  listOf,
  maxDistance,
  type PageRequest,
  type Similarity,
  type UploadField,
  type UploadFilter,
  uploadFields,
  uploadFilterFields,
  uploadSorts,
  withVars,
} from '#uploads';
import { z } from 'zod';

/** The parameter `:id`, in lower case as Postgres returns ids, so they can be compared as text. */
export const uploadId = z.uuid('must be a UUID').toLowerCase();

/** Hash bits that may differ after resizing, re-encoding or a 1 % crop; different images differ in 20 or more. */
const usualDistance = 7;

const usualLimit = 50;
/** Keeps the request line below 4 KiB. */
const maxIds = 100;

export const uploadFieldSchema = z
  .enum(uploadFields, 'must be names of upload fields')
  .meta({ id: 'UploadField', description: 'A field of an upload.' });

const querySchema = withVars({
  ...uploadFilterFields,
  ids: listOf(uploadId, maxIds)
    .optional()
    .describe(
      `these uploads, at most ${maxIds}, in this order; may only be combined with fields; missing lists those that were not found`,
    ),
  similarTo: uploadId.optional().describe('near duplicates of this upload by perceptual hash, nearest first'),
  distance: z.coerce
    .number(`must be an integer from 0 to ${maxDistance}`)
    .int()
    .min(0)
    .max(maxDistance)
    .optional()
    .describe(
      `with similarTo: maximum number of the 64 hash bits that may differ; defaults to ${usualDistance}`,
    ),
  sort: z
    .enum(uploadSorts, `must be ${uploadSorts.join(' or ')}`)
    .optional()
    .describe('createdAt: oldest first; -createdAt: newest first, the default; not with similarTo'),
  fields: listOf(uploadFieldSchema, uploadFields.length)
    .optional()
    .describe('returns only these fields and id; the others are not read'),
  limit: z.coerce
    .number('must be an integer from 1 to 200')
    .int()
    .min(1)
    .max(200)
    .optional()
    .describe(`maximum number of uploads on a page; defaults to ${usualLimit}`),
  cursor: z.string().max(64).optional().describe('nextCursor of the previous page of the same list'),
});

/** A query for uploads by ids, by similarity, or by filter alone. */
export type UploadQuery = { fields: UploadField[] | undefined } & (
  | { ids: string[] }
  | { similarTo: Similarity; filter: UploadFilter; page: PageRequest }
  | { filter: UploadFilter; page: PageRequest }
);

/** Parses the query of GET /v1/uploads. `var.<name>=<value>` may be given for several names. */
export const uploadQuery = querySchema.transform((query, context): UploadQuery => {
  const { ids, similarTo, distance, sort, fields, limit = usualLimit, cursor, ...words } = query;
  const refuse = (name: string, message: string) =>
    context.addIssue({ code: 'custom', path: [name], message });
  if (ids) {
    for (const name of Object.keys(query))
      if (name !== 'ids' && name !== 'fields') refuse(name, 'must not be given with ids');
    return { ids, fields };
  }
  const filter = filterOf(words, context);
  const page = { limit, cursor, sort, fields };
  if (similarTo === undefined) {
    if (distance !== undefined) refuse('distance', 'requires similarTo');
    return { filter, page, fields };
  }
  if (sort !== undefined) refuse('sort', 'must not be given with similarTo: the nearest are first');
  return { similarTo: { id: similarTo, distance: distance ?? usualDistance }, filter, page, fields };
});
