import { options } from '../ffmpeg/command-line.js';
import type { Encoder, PictureTarget } from './encoders.js';
import type { AudioFacts } from '../facts/media-facts.js';
import { soundFilters } from './sound-filters.js';

/** Options of one picture track. Its key frames are counted, not timed: the same frames in every rung and chunk. */
export function videoArgs(encoder: Encoder, target: PictureTarget, cores: number): string[] {
  return options({
    'c:v': encoder.name,
    ...encoder.options(target, cores),
    g: target.keyFrames,
    force_key_frames: `expr:not(mod(n,${target.keyFrames}))`,
  });
}

/**
 * AAC-LC at 48 kHz, stereo at most. Gaps become silence, so that sound stays with the picture.
 *
 * @param filters what comes before that, and what behind, such as a change of loudness
 */
export function audioArgs(
  audio: AudioFacts,
  bitrateKbps: number,
  filters: { before: readonly string[]; behind: readonly string[] },
): string[] {
  return options({
    map: `0:${audio.streamIndex}`,
    af: [...filters.before, ...soundFilters(audio, Math.min(2, audio.channels)), ...filters.behind].join(','),
    'c:a': 'aac',
    'profile:a': 'aac_low',
    'b:a': `${bitrateKbps}k`,
  });
}

/** Nothing of the source's tags goes into what is published: phones write places into them. */
export const noTags = options({ map_metadata: -1, map_chapters: -1 });
