import { z } from 'zod';
import { color, renditionName, side } from './fields.js';
import type { KindEntry } from './kind-entry.js';

const schema = z.strictObject({
  name: renditionName,
  kind: z.literal('loop'),
  format: z.enum(['mp4', 'webm']).default('mp4').describe('an MP4 (H.264), or a WebM (VP9)'),
  width: side.default(1280).describe('maximum width in pixels; never enlarged'),
  quality: z.int().min(1).max(100).default(60).describe('1 to 100'),
  background: color
    .default('#ffffff')
    .describe('colour such as "#ffffff", in quotes, behind transparent parts'),
});

export const loop = {
  about:
    'A muted video of an animation (GIF, WebP, APNG) with a tenth of its bytes, for playing in a loop.\nA picture that is not animated becomes WebP.',
  schema,
  madeOf: ['image'],
  job: () => 'upload.render',
  hashed: ['name', 'kind', 'format', 'width', 'quality'],
} satisfies KindEntry<'loop'>;
