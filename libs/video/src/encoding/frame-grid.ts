import { options } from '../ffmpeg/command-line.js';

/**
 * Seconds, less than a frame, by which pictures that begin at this time are late for a frame of the constant rate. As
 * they are, half way between two, the rounding of their times would now repeat a frame and now drop one. Picture and
 * sound are moved together.
 *
 * @returns below zero when they are early; to the frame before where that is less than three quarters of one, which
 * repeats none
 */
export function lateForGrid(startMs: number, frameRate: number): number {
  const frames = (startMs / 1_000) * frameRate;
  return (frames - Math.round(frames - 0.25)) / frameRate;
}

/** The filter that makes everything earlier by some seconds; none for less than a microsecond. */
export function shiftBy(filter: 'setpts' | 'asetpts', seconds: number): string[] {
  return Math.abs(seconds) < 1e-6 ? [] : [`${filter}=PTS-(${seconds.toFixed(6)})/TB`];
}

/**
 * Options before an input that begin at a frame of the constant rate: ffmpeg begins at the key frame before it. Frames between
 * the two get times below zero, of which the constant rate picks the last for its first frame, as it does in a run over the
 * whole video.
 */
export function seekToFrame(frame: number, frameRate: number): string[] {
  return frame === 0 ? [] : ['-noaccurate_seek', ...options({ ss: (frame / frameRate).toFixed(6) })];
}
