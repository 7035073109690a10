import { filterOf, type UploadFilter, uploadFilterFields, withVars } from '#uploads';
import { z } from 'zod';

/** The query of GET /v1/uploads. `var.<name>=<value>` may be given for several names. */
export const uploadQuerySchema = withVars({
  ...uploadFilterFields,
  limit: z.coerce.number('a number from 1 to 200 is wanted').int().min(1).max(200).default(50),
  cursor: z.string().max(64).optional().describe('nextCursor of the page before'),
});

export interface UploadQuery {
  filter: UploadFilter;
  limit: number;
  cursor: string | undefined;
}

/** As the query string has it → as the reader wants it. */
export const uploadQuery = uploadQuerySchema.transform(
  ({ limit, cursor, ...words }, context): UploadQuery => ({
    filter: filterOf(words, context),
    limit,
    cursor,
  }),
);
