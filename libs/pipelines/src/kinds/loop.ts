import { z } from 'zod';
import { color, renditionName, side } from './fields.js';
import type { KindEntry } from './kind-entry.js';

const schema = z.strictObject({
  name: renditionName,
  kind: z.literal('loop'),
  format: z.enum(['mp4', 'webm']).default('mp4').describe('an MP4 (H.264), or a WebM (VP9)'),
  width: side.default(1280).describe('largest width in pixels; never enlarged'),
  quality: z.int().min(1).max(100).default(60).describe('1 to 100'),
  background: color
    .default('#ffffff')
    .describe('a colour like "#ffffff", in quotes, behind what is transparent'),
});

export const loop = {
  about:
    'A muted video of an animation (GIF, WebP, APNG) with a tenth of its bytes, to be played in a loop.\nA picture that does not move becomes WebP.',
  schema,
  madeOf: ['image'],
  job: () => 'upload.render',
  hashed: ['name', 'kind', 'format', 'width', 'quality'],
} satisfies KindEntry<'loop'>;
