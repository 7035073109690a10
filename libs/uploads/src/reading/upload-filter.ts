import { z } from 'zod';
import { mediaKindSchema, uploadStatusSchema } from './upload-view.js';
import type { UploadFilter } from './upload-reader.js';

const time = z.iso
  .datetime({ offset: true, error: 'must be an ISO 8601 time such as 2026-01-15T08:30:00Z' })
  .transform((text) => new Date(text));

/** Parses a comma-separated or repeated parameter into its distinct values, in order. */
export function listOf<Item extends z.ZodType<unknown, string>>(item: Item, most: number) {
  return z
    .union([z.string(), z.array(z.string())], 'must be comma-separated values')
    .transform((words) => [...new Set([words].flat().flatMap((word) => word.split(',')))])
    .pipe(z.array(item).max(most, `must be at most ${most} values`));
}

/** The parameters that filter uploads, shared by query strings and the command line. */
export const uploadFilterFields = {
  bucket: z.string().optional().describe('exact bucket name'),
  prefix: z.string().max(1_023).optional().describe('object keys that begin with this'),
  kind: mediaKindSchema.optional(),
  status: listOf(uploadStatusSchema, 20)
    .optional()
    .describe('one or more, such as ready,failed; defaults to all except deleted'),
  errorCode: z
    .string()
    .regex(/^[a-z]{1,40}\.[a-z_]{1,60}$/, 'must be a code such as media.damaged')
    .optional()
    .describe('the upload or one of its renditions failed with this code'),
  current: z
    .stringbool({ truthy: ['true'], falsy: ['false'], error: 'must be true or false' })
    .optional()
    .describe('true: only the newest version of each object; false: only the versions that it superseded'),
  tag: z
    .union([z.string(), z.array(z.string()).max(10, 'must be at most 10')])
    .transform((tags) => [tags].flat())
    .optional()
    .describe('has this tag; if given several times, all of them'),
  createdAfter: time.optional().describe('landed at or after this time'),
  createdBefore: time.optional().describe('landed before this time'),
};

/** A schema of `fields` that also lets other single values through, for `varsOf` or `filterOf` to check. */
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

/** Converts parameters to an `UploadFilter`; an unknown parameter adds an issue. */
export function filterOf(
  {
    bucket,
    prefix,
    kind,
    status: statuses,
    errorCode,
    current,
    tag: tags,
    createdAfter,
    createdBefore,
    ...rest
  }: FilterWords,
  context: z.core.$RefinementCtx,
): UploadFilter {
  const { var: vars, label: labels } = namedWords(rest, ['var', 'label'], context);
  const filter = { bucket, prefix, kind, statuses, errorCode, current, tags, createdAfter, createdBefore };
  return { ...filter, ...(vars ? { vars } : {}), ...(labels ? { labels } : {}) };
}

/** The parameters `var.<name>` by name; undefined if there are none. Any other parameter adds an issue. */
export function varsOf(
  words: Readonly<Record<string, unknown>>,
  context: z.core.$RefinementCtx,
): Record<string, string> | undefined {
  return namedWords(words, ['var'], context).var;
}

/** The parameters `<sort>.<name>` of these sorts, by sort and name. Any other parameter adds an issue. */
function namedWords<Sort extends string>(
  words: Readonly<Record<string, unknown>>,
  sorts: readonly Sort[],
  context: z.core.$RefinementCtx,
): Partial<Record<Sort, Record<string, string>>> {
  const named: Partial<Record<Sort, Record<string, string>>> = {};
  for (const [word, value] of Object.entries(words)) {
    const sort = sorts.find((one) => word.startsWith(`${one}.`) && word.length > one.length + 1);
    // No prototype, so __proto__ is an ordinary name.
    if (sort)
      (named[sort] ??= Object.create(null) as Record<string, string>)[word.slice(sort.length + 1)] =
        String(value);
    else context.addIssue({ code: 'custom', path: [word], message: 'unknown parameter' });
  }
  return named;
}
