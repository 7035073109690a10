import { z } from 'zod';
import { color, quality, renditionName, side } from './rendition-fields.js';

const posterFields = z.strictObject({
  name: renditionName,
  kind: z.literal('poster'),
  width: side.default(1280).describe('largest width in pixels; never enlarged'),
  format: z.enum(['webp', 'jpeg']).default('webp'),
  quality,
  at: z
    .number()
    .min(0)
    .max(1_000_000)
    .optional()
    .describe('the moment in seconds; unless `at` or `share` is set the first picture that is not black'),
  share: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe('the moment as a share of the length: 0.5 is the middle'),
});

export const posterSchema = posterFields.superRefine(({ at, share }, context) => {
  if (at === undefined || share === undefined) return;
  context.addIssue({ code: 'custom', path: ['share'], message: 'a poster has either at or share' });
});

export const loopSchema = z.strictObject({
  name: renditionName,
  kind: z.literal('loop'),
  format: z.enum(['mp4', 'webm']).default('mp4').describe('an MP4 (H.264), or a WebM (VP9)'),
  width: side.default(1280).describe('largest width in pixels; never enlarged'),
  quality: z.int().min(1).max(100).default(60).describe('1 to 100'),
  background: color
    .default('#ffffff')
    .describe('a colour like "#ffffff", in quotes, behind what is transparent'),
});

export const previewSchema = z.strictObject({
  name: renditionName,
  kind: z.literal('preview'),
  format: z.enum(['webp', 'mp4']).default('webp').describe('an animated WebP, or an MP4 (H.264)'),
  width: side.default(320).describe('largest width in pixels; never enlarged'),
  seconds: z
    .number()
    .min(0.5)
    .max(30)
    .default(6)
    .describe('length of the loop; of a shorter video, its length'),
  frameRate: z.int().min(1).max(30).default(10).describe('pictures a second, at most those of the video'),
  quality: z.int().min(1).max(100).default(60).describe('1 to 100'),
});

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

export const storyboardSchema = storyboardFields.superRefine(({ intervalSeconds, count }, context) => {
  if (intervalSeconds === undefined || count === undefined) return;
  const message = 'a storyboard has either intervalSeconds or count';
  context.addIssue({ code: 'custom', path: ['count'], message });
});
