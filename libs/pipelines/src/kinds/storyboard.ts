import { z } from 'zod';
import { renditionName } from './fields.js';
import type { KindEntry } from './kind-entry.js';

const storyboardFields = z.strictObject({
  name: renditionName,
  kind: z.literal('storyboard'),
  width: z.int().min(16).max(640).default(160).describe('width of a tile in pixels; never enlarged'),
  intervalSeconds: z
    .number()
    .min(0.1)
    .max(3_600)
    .optional()
    .describe('time from one tile to the next; longer where there would be more than 1,000 tiles'),
  count: z
    .int()
    .min(1)
    .max(1_000)
    .optional()
    .describe('or the number of tiles; unless one of the two is set 100, but no more than one a second'),
  columns: z.int().min(1).max(20).default(10).describe('tiles side by side in a sheet'),
  rows: z.int().min(1).max(20).default(10).describe('rows of tiles in a sheet'),
  format: z.enum(['jpeg', 'webp']).default('jpeg').describe('of the sheets'),
  quality: z.int().min(1).max(100).default(70).describe('1 to 100'),
});

const schema = storyboardFields.superRefine(({ intervalSeconds, count }, context) => {
  if (intervalSeconds === undefined || count === undefined) return;
  const message = 'a storyboard has either intervalSeconds or count';
  context.addIssue({ code: 'custom', path: ['count'], message });
});

export const storyboard = {
  about: 'Sheets of small pictures of a video, and a WebVTT file that says which tile shows which time.',
  schema,
  madeOf: ['video'],
  job: () => 'upload.render',
  hashed: ['name', 'kind', 'width', 'columns', 'rows', 'format', 'quality'],
} satisfies KindEntry<'storyboard'>;
