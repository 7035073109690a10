import { z } from 'zod';
import { imageSchema } from './image-schema.js';
import { audioSchema } from './sound-schemas.js';
import { posterSchema } from './still-schemas.js';
import { hlsSchema, mp4Schema } from './stream-schemas.js';

/** One schema for each kind of rendition. */
export const renditionSchemas = {
  image: imageSchema,
  poster: posterSchema,
  hls: hlsSchema,
  mp4: mp4Schema,
  audio: audioSchema,
};

export const renditionSchema = z.discriminatedUnion('kind', [
  imageSchema,
  posterSchema,
  hlsSchema,
  mp4Schema,
  audioSchema,
]);

export type RenditionSpec = z.output<typeof renditionSchema>;
export type ImageSpec = z.output<typeof imageSchema>;
export type PosterSpec = z.output<typeof posterSchema>;
export type HlsSpec = z.output<typeof hlsSchema>;
export type Mp4Spec = z.output<typeof mp4Schema>;
export type AudioSpec = z.output<typeof audioSchema>;

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
