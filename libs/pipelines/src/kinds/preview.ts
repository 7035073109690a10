import { z } from 'zod';
import { renditionName, side } from './fields.js';
import type { KindEntry } from './kind-entry.js';

const schema = z.strictObject({
  name: renditionName,
  kind: z.literal('preview'),
  format: z.enum(['webp', 'mp4']).default('webp').describe('an animated WebP, or an MP4 (H.264)'),
  width: side.default(320).describe('maximum width in pixels; never enlarged'),
  seconds: z
    .number()
    .min(0.5)
    .max(30)
    .default(6)
    .describe('duration of the loop; a shorter video keeps its duration'),
  frameRate: z.int().min(1).max(30).default(10).describe('frames per second, at most those of the video'),
  quality: z.int().min(1).max(100).default(60).describe('1 to 100'),
});

export const preview = {
  about: 'A short silent loop of a video. A long video contributes scenes from several places.',
  schema,
  madeOf: ['video'],
  job: () => 'upload.render',
  hashed: ['name', 'kind', 'format', 'width', 'seconds', 'frameRate', 'quality'],
} satisfies KindEntry<'preview'>;
