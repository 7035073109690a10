import { z } from 'zod';
import { normalize, renditionName } from './fields.js';
import type { KindEntry } from './kind-entry.js';

const schema = z.strictObject({
  name: renditionName,
  kind: z.literal('mp4'),
  height: z.int().min(64).max(4_320).default(720).describe('maximum short side in pixels; never enlarged'),
  normalize,
});

export const mp4 = {
  about: 'A single video file that plays everywhere; at most one per upload.',
  schema,
  madeOf: ['video'],
  job: () => 'upload.transcode',
  hashed: ['name', 'kind', 'height'],
  once: true,
} satisfies KindEntry<'mp4'>;
