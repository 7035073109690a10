import { z } from 'zod';
import { renditionName } from './rendition-fields.js';

export const hlsSchema = z.strictObject({
  name: renditionName,
  kind: z.literal('hls'),
  heights: z
    .array(z.int().min(64).max(4_320))
    .min(1)
    .max(8)
    .overwrite((heights) => [...new Set(heights)].toSorted((a, b) => b - a))
    .default([1080, 720, 480])
    .describe('short sides of the ladder; those above the source are left out'),
  segmentSeconds: z.int().min(1).max(20).default(4).describe('length of a segment'),
});

export const mp4Schema = z.strictObject({
  name: renditionName,
  kind: z.literal('mp4'),
  height: z.int().min(64).max(4_320).default(720).describe('largest short side; never enlarged'),
});
