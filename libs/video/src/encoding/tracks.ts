import type { VideoRange } from '#media';
import type { AudioFacts } from '../facts/media-facts.js';
import type { Encoder, PictureTarget } from './encoders.js';

/** Pictures of one size that are encoded into segments in their own folder. */
export interface PictureTrack {
  readonly folder: string;
  readonly range: VideoRange;
  readonly target: PictureTarget;
  readonly encoder: Encoder;
}

/** Sound that is encoded into segments in its own folder. */
export interface SoundTrack {
  readonly folder: string;
  readonly audio: AudioFacts;
  /** Whether its loudness is normalised. */
  readonly normalize: boolean;
}
