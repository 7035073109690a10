import { z } from 'zod';
import { mediaKinds, uploadStatuses } from '../rows/upload.entity.js';
import type { UploadFilter } from './upload-reader.js';

const time = z.iso
  .datetime({ offset: true, error: 'must be an ISO 8601 time such as 2026-01-15T08:30:00Z' })
  .transform((text) => new Date(text));

/** The words that uploads are chosen by, the same in a query string and on a command line. */
export const uploadFilterFields = {
  bucket: z.string().optional().describe('exact bucket'),
  prefix: z.string().max(1_023).optional().describe('object keys that begin with this'),
  kind: z.enum(mediaKinds).optional(),
  status: z.enum(uploadStatuses).optional().describe('without it all but those that are deleted'),
  current: z
    .stringbool({ truthy: ['true'], falsy: ['false'], error: 'must be true or false' })
    .optional()
    .describe('true: only the newest version of each object; false: only what it took the place of'),
  tag: z
    .union([z.string(), z.array(z.string()).max(10, 'must be at most 10')])
    .transform((tags) => [tags].flat())
    .optional()
    .describe('has this tag; given several times, all of them'),
  createdAfter: time.optional().describe('landed at or after'),
  createdBefore: time.optional().describe('landed before'),
};

/** An object of `fields` and of `var.<name>` and `label.<name>`, of which there may be several. */
export function withVars<Fields extends z.core.$ZodShape>(
  fields: Fields,
): z.ZodObject<Fields, z.core.$catchall<z.ZodString>> {
  return z
    .strictObject(fields)
    .catchall(z.string('must be a single value'))
    .refine(
      (words) => !Object.values(words).some((value) => String(value).includes('\0')),
      'must not contain NUL',
    );
}

type FilterWords = z.output<z.ZodObject<typeof uploadFilterFields>>;

/** Words as the reader wants them; one that is not known is a mistake worth telling. */
export function filterOf(
  { bucket, prefix, kind, status, current, tag, createdAfter, createdBefore, ...rest }: FilterWords,
  context: z.core.$RefinementCtx,
): UploadFilter {
  const named = { var: new Map<string, string>(), label: new Map<string, string>() };
  for (const [word, value] of Object.entries<unknown>(rest)) {
    const [, sort, name] = /^(var|label)\.(.+)$/s.exec(word) ?? [];
    if (name !== undefined) named[sort === 'var' ? 'var' : 'label'].set(name, String(value));
    else context.addIssue({ code: 'custom', path: [word], message: 'there is no such parameter' });
  }
  return {
    bucket,
    prefix,
    kind,
    status,
    current,
    tags: tag,
    createdAfter,
    createdBefore,
    ...(named.var.size > 0 ? { vars: Object.fromEntries(named.var) } : {}),
    ...(named.label.size > 0 ? { labels: Object.fromEntries(named.label) } : {}),
  };
}
