import { z } from 'zod';
import { quality, renditionName, side } from './fields.js';
import type { KindEntry } from './kind-entry.js';

const posterFields = z.strictObject({
  name: renditionName,
  kind: z.literal('poster'),
  width: side.default(1280).describe('maximum width in pixels; never enlarged'),
  format: z.enum(['webp', 'jpeg']).default('webp'),
  quality,
  at: z
    .number()
    .min(0)
    .max(1_000_000)
    .optional()
    .describe('the time in seconds; unless `at` or `share` is set, the first picture that is not black'),
  share: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe('the time as a share of the duration: 0.5 is the middle'),
});

const schema = posterFields.superRefine(({ at, share }, context) => {
  if (at === undefined || share === undefined) return;
  context.addIssue({ code: 'custom', path: ['share'], message: 'must not be set together with at' });
});

export const poster = {
  about: 'A still picture of a video.',
  schema,
  madeOf: ['video'],
  job: () => 'upload.process',
  hashed: ['name', 'kind', 'width', 'format', 'quality'],
} satisfies KindEntry<'poster'>;
