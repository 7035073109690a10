import { z } from 'zod';
import { imageSchema } from './image-schema.js';
import { quality, renditionName, side } from './rendition-fields.js';

const poster = z.strictObject({
  name: renditionName,
  kind: z.literal('poster'),
  width: side.default(1280).describe('largest width in pixels; never enlarged'),
  format: z.enum(['webp', 'jpeg']).default('webp'),
  quality,
});

const hls = z.strictObject({
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

const mp4 = z.strictObject({
  name: renditionName,
  kind: z.literal('mp4'),
  height: z.int().min(64).max(4_320).default(720).describe('largest short side; never enlarged'),
});

const audio = z.strictObject({
  name: renditionName,
  kind: z.literal('audio'),
  codec: z.literal('aac').default('aac'),
  bitrateKbps: z.int().min(16).max(512).default(128),
});

/** One schema for each kind of rendition. */
export const renditionSchemas = { image: imageSchema, poster, hls, mp4, audio };

export const renditionSchema = z.discriminatedUnion('kind', [imageSchema, poster, hls, mp4, audio]);

export type RenditionSpec = z.output<typeof renditionSchema>;
export type ImageSpec = z.output<typeof imageSchema>;
export type PosterSpec = z.output<typeof poster>;
export type HlsSpec = z.output<typeof hls>;
export type Mp4Spec = z.output<typeof mp4>;
export type AudioSpec = z.output<typeof audio>;

/** Which kinds of rendition can be made of which kind of upload. */
export const renditionsOf: Record<
  'image' | 'video' | 'audio' | 'document',
  readonly RenditionSpec['kind'][]
> = {
  image: ['image'],
  video: ['poster', 'hls', 'mp4'],
  audio: ['audio'],
  // its first page
  document: ['image'],
};
