import { mediaKinds, uploadStatuses, type UploadFilter } from '#uploads';
import { z } from 'zod';

const time = z.iso
  .datetime({ offset: true, error: 'an ISO 8601 time such as 2026-01-15T08:30:00Z is wanted' })
  .transform((text) => new Date(text));

/** The query of GET /v1/uploads. `var.<name>=<value>` may be given for several names. */
export const uploadQuerySchema = z
  .strictObject({
    bucket: z.string().optional().describe('exact bucket'),
    prefix: z.string().max(1_023).optional().describe('object keys that begin with this'),
    kind: z.enum(mediaKinds).optional(),
    status: z.enum(uploadStatuses).optional(),
    createdAfter: time.optional().describe('landed at or after'),
    createdBefore: time.optional().describe('landed before'),
    limit: z.coerce.number('a number from 1 to 200 is wanted').int().min(1).max(200).default(50),
    cursor: z.string().max(64).optional().describe('nextCursor of the page before'),
  })
  .catchall(z.string('one value is wanted'))
  .refine(
    (query) => !Object.values(query).some((value) => String(value).includes('\0')),
    'a value without NUL is wanted',
  );

export interface UploadQuery {
  filter: UploadFilter;
  limit: number;
  cursor: string | undefined;
}

/** As the query string has it → as the reader wants it; a parameter that is not known is a mistake worth telling. */
export const uploadQuery = uploadQuerySchema.transform((query, context): UploadQuery => {
  const { bucket, prefix, kind, status, createdAfter, createdBefore, limit, cursor, ...rest } = query;
  const vars = new Map<string, string>();
  for (const [name, value] of Object.entries(rest)) {
    if (/^var\../.test(name)) vars.set(name.slice('var.'.length), value);
    else context.addIssue({ code: 'custom', path: [name], message: 'there is no such parameter' });
  }
  const filter = { bucket, prefix, kind, status, createdAfter, createdBefore };
  return { filter: vars.size > 0 ? { ...filter, vars: Object.fromEntries(vars) } : filter, limit, cursor };
});
