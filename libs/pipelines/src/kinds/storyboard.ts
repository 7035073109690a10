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
    .describe('time between tiles; longer if there would be more than 1,000 tiles'),
  count: z
    .int()
    .min(1)
    .max(1_000)
    .optional()
    .describe(
      'the number of tiles, instead of `intervalSeconds`; by default 100, but at most one per second',
    ),
  columns: z.int().min(1).max(20).default(10).describe('tiles per row of a sheet'),
  rows: z.int().min(1).max(20).default(10).describe('rows per sheet'),
  format: z.enum(['jpeg', 'webp']).default('jpeg').describe('format of the sheets'),
  quality: z.int().min(1).max(100).default(70).describe('1 to 100'),
});

const schema = storyboardFields.superRefine(({ intervalSeconds, count }, context) => {
  if (intervalSeconds === undefined || count === undefined) return;
  const message = 'must not be set together with intervalSeconds';
  context.addIssue({ code: 'custom', path: ['count'], message });
});

export const storyboard = {
  about: 'Sheets of small pictures of a video, and a WebVTT file that maps times to tiles.',
  schema,
  madeOf: ['video'],
  job: () => 'upload.render',
  hashed: ['name', 'kind', 'width', 'columns', 'rows', 'format', 'quality'],
} satisfies KindEntry<'storyboard'>;
