import { ownWordsLimits } from '#uploads';
import { z } from 'zod';

/** One line of text without control characters or lone surrogates. */
const line = (maxLength: number) =>
  z
    .string()
    .min(1)
    .max(maxLength)
    .refine(
      (text) => text.isWellFormed() && !/\p{Cc}/u.test(text),
      'must be well-formed text without control characters',
    );

const labelName = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/,
    'must be at most 63 letters, digits, ., _ and -, and begin with a letter or digit',
  );

/** The body of PATCH /v1/uploads/{id}: a JSON merge patch (RFC 7396). */
export const uploadPatchSchema = z
  .strictObject({
    title: line(255).nullable().optional().describe('null removes it'),
    tags: z
      .array(line(64))
      .max(ownWordsLimits.tags)
      .nullable()
      .optional()
      .describe('replaces all tags; null or [] removes them'),
    labels: z
      .record(
        labelName,
        z.string().max(256).refine(isText, 'must be well-formed text without NUL').nullable(),
      )
      .refine(
        (labels) => Object.keys(labels).length <= 2 * ownWordsLimits.labels,
        `must have at most ${2 * ownWordsLimits.labels} names`,
      )
      .nullable()
      .optional()
      .describe(
        `custom values by name, at most ${ownWordsLimits.labels}: the given ones are set, and null removes one; null instead of the object removes all`,
      ),
  })
  .meta({
    id: 'UploadPatch',
    description: 'Metadata that your backend sets on an upload.',
    examples: [{ title: 'Lotus in the rain', tags: ['garden'], labels: { albumId: '17', draft: null } }],
  });

function isText(value: string): boolean {
  return value.isWellFormed() && !value.includes('\0');
}
