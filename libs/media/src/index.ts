/**
 * media: the vocabulary of media that several rooms share: kinds of rendition, their specs, and what was made.
 *
 * Only types, tables and the bytes of a PNG: nothing here reads, decodes or stores media, or knows about uploads.
 * A new kind goes into `kinds.ts` and `specs.ts`; the compiler then asks for its entry in `pipelines` and its maker in the
 * worker.
 */
import './errors.js';

export type { ImageSpec, LoopSpec, WatermarkSpec } from './image-specs.js';
export { isKind, type Kind, renditionKinds, type SourceKind, sourceKinds } from './kinds.js';
export type { ImageInfo, LandedObject, ObjectHead } from './landed-object.js';
export type { OssEvent } from './oss-event.js';
export type { MadeFile, MadeRendition, OnProgress, Progress } from './made.js';
export type { ImageFingerprint, PictureColors, Placeholder } from './placeholder.js';
export { pngChunk, pngHead } from './png.js';
export type { Size } from './size.js';
export type { AudioSpec, WaveformSpec } from './sound-specs.js';
export type { RenditionSpec, SpecOf } from './specs.js';
export type { PosterSpec, PreviewSpec, StoryboardSpec } from './still-specs.js';
export type { HlsSpec, Mp4Spec, VideoCodec, VideoRange } from './stream-specs.js';
