/**
 * media: the words of media that several rooms share: sizes, codecs, what a rendition is asked to be and what was made.
 *
 * Types and tables alone: nothing here reads, decodes, stores or knows of uploads.
 */
export type { Size } from './size.js';
export type {
  AudioSpec,
  HlsSpec,
  MadeFile,
  MadeRendition,
  Mp4Spec,
  OnProgress,
  Progress,
  VideoCodec,
  VideoRange,
} from './video-renditions.js';
