import { z } from 'zod';
import { imageSchema } from './image-schema.js';
import { audioSchema, waveformSchema } from './sound-schemas.js';
import { loopSchema, posterSchema, previewSchema, storyboardSchema } from './still-schemas.js';
import { hlsSchema, mp4Schema } from './stream-schemas.js';

/** One schema for each kind of rendition. */
export const renditionSchemas = {
  image: imageSchema,
  loop: loopSchema,
  poster: posterSchema,
  preview: previewSchema,
  storyboard: storyboardSchema,
  hls: hlsSchema,
  mp4: mp4Schema,
  audio: audioSchema,
  waveform: waveformSchema,
};

export const renditionSchema = z.discriminatedUnion('kind', [
  imageSchema,
  loopSchema,
  posterSchema,
  previewSchema,
  storyboardSchema,
  hlsSchema,
  mp4Schema,
  audioSchema,
  waveformSchema,
]);

export type RenditionSpec = z.output<typeof renditionSchema>;
export type ImageSpec = z.output<typeof imageSchema>;
export type LoopSpec = z.output<typeof loopSchema>;
export type PosterSpec = z.output<typeof posterSchema>;
export type PreviewSpec = z.output<typeof previewSchema>;
export type StoryboardSpec = z.output<typeof storyboardSchema>;
export type HlsSpec = z.output<typeof hlsSchema>;
export type Mp4Spec = z.output<typeof mp4Schema>;
export type AudioSpec = z.output<typeof audioSchema>;
export type WaveformSpec = z.output<typeof waveformSchema>;

/** Which kinds of rendition can be made of which kind of upload. */
export const renditionsOf: Record<
  'image' | 'video' | 'audio' | 'document',
  readonly RenditionSpec['kind'][]
> = {
  image: ['image', 'loop'],
  video: ['poster', 'preview', 'storyboard', 'hls', 'mp4', 'audio', 'waveform'],
  audio: ['audio', 'waveform'],
  // its first page
  document: ['image'],
};
