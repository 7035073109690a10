/**
 * pipelines: the pipelines file: its schema, which uploads a pipeline matches, and the plan of renditions. Pure but for
 * reading the file.
 *
 * Does not belong here: making renditions (image, video) or storing the plan (uploads).
 * A new kind of rendition goes into `rendition-schema.ts`, a new field of a match into `match-schema.ts`; the worker then
 * has to say who makes it. A new field has a default that changes nothing: the hash of every existing spec stays.
 */
export { pipelinesJsonSchema } from './json-schema.js';
export { loadPipelines, parsePipelines } from './load-pipelines.js';
export type { Pipelines } from './pipeline-schema.js';
export {
  type Damaged,
  damagedOf,
  type PlannedRendition,
  planRenditions,
  type RenditionPlan,
} from './plan-renditions.js';
export type {
  AudioSpec,
  HlsSpec,
  ImageSpec,
  LoopSpec,
  Mp4Spec,
  PosterSpec,
  PreviewSpec,
  StoryboardSpec,
  WaveformSpec,
} from './rendition-schema.js';
