import { options } from '../ffmpeg/command-line.js';
import type { Encoder, PictureTarget } from './encoders.js';
import type { AudioFacts } from '../facts/media-facts.js';
import { soundFilters } from './sound-filters.js';

/**
 * Options of one picture track. Keyframes are placed by frame count, not by time, so they fall on the same frames in every rung
 * and chunk.
 */
export function videoArgs(encoder: Encoder, target: PictureTarget, cores: number): string[] {
  return options({
    'c:v': encoder.name,
    ...encoder.options(target, cores),
    g: target.keyFrames,
    force_key_frames: `expr:not(mod(n,${target.keyFrames}))`,
  });
}

/**
 * AAC-LC at 48 kHz, at most stereo. Gaps become silence, which keeps the sound in sync with the picture.
 *
 * @param filters applied before and after that, such as a change of loudness
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

/** Omits the tags and chapters of the source: phones store locations in tags. */
export const noTags = options({ map_metadata: -1, map_chapters: -1 });
