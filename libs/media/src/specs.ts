import type { ImageSpec, LoopSpec } from './image-specs.js';
import type { Kind } from './kinds.js';
import type { AudioSpec, WaveformSpec } from './sound-specs.js';
import type { PosterSpec, PreviewSpec, StoryboardSpec } from './still-specs.js';
import type { HlsSpec, Mp4Spec } from './stream-specs.js';

/**
 * What a rendition is asked to be, by its kind. Fields that came after the first version of a kind are optional: a spec that was
 * planned by an older version lacks them, and they then have their default.
 */
interface RenditionSpecs {
  image: ImageSpec;
  loop: LoopSpec;
  poster: PosterSpec;
  preview: PreviewSpec;
  storyboard: StoryboardSpec;
  hls: HlsSpec;
  mp4: Mp4Spec;
  audio: AudioSpec;
  waveform: WaveformSpec;
}

export type SpecOf<K extends Kind> = RenditionSpecs[K];

/** A spec that says its kind, as the pipelines file and the database hold it; of several kinds, a union that `kind` tells apart. */
export type RenditionSpec<K extends Kind = Kind> = {
  [Each in K]: SpecOf<Each> & { readonly kind: Each };
}[K];
