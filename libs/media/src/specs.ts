import type { ImageSpec, LoopSpec } from './image-specs.js';
import type { Kind } from './kinds.js';
import type { AudioSpec, WaveformSpec } from './sound-specs.js';
import type { PosterSpec, PreviewSpec, StoryboardSpec } from './still-specs.js';
import type { HlsSpec, Mp4Spec } from './stream-specs.js';

/**
 * The spec of each kind of rendition. Fields added after the first version of a kind are optional: specs planned by an older
 * version lack them and get the defaults.
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

/**
 * A spec with its kind, as the pipelines file and the database store it; for several kinds, a union discriminated by `kind`.
 */
export type RenditionSpec<K extends Kind = Kind> = {
  [Each in K]: SpecOf<Each> & { readonly kind: Each };
}[K];
