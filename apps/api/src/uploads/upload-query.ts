import {
  filterOf,
  maxDistance,
  type Similarity,
  type UploadFilter,
  uploadFilterFields,
  withVars,
} from '#uploads';
import { z } from 'zod';

/** The parameter `:id`. */
export const uploadId = z.uuid('must be a UUID');

/** Bits that differ after a new size, a new encoding or a crop by a hundredth; different pictures differ in 20 and more. */
const usualDistance = 7;

const querySchema = withVars({
  ...uploadFilterFields,
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
  limit: z.coerce.number('must be an integer from 1 to 200').int().min(1).max(200).default(50),
  cursor: z.string().max(64).optional().describe('nextCursor of the previous page'),
});

export interface UploadQuery {
  filter: UploadFilter;
  similarTo: Similarity | undefined;
  limit: number;
  cursor: string | undefined;
}

/**
 * Converts the query of GET /v1/uploads for the reader. `var.<name>=<value>` may occur for several
 * names.
 */
export const uploadQuery = querySchema.transform(
  ({ similarTo, distance, limit, cursor, ...words }, context): UploadQuery => {
    if (distance !== undefined && similarTo === undefined)
      context.addIssue({ code: 'custom', path: ['distance'], message: 'requires similarTo' });
    return {
      filter: filterOf(words, context),
      similarTo: similarTo === undefined ? undefined : { id: similarTo, distance: distance ?? usualDistance },
      limit,
      cursor,
    };
  },
);
