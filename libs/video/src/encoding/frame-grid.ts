import { options } from '../ffmpeg/command-line.js';

/**
 * Offset in seconds of a start time from the grid of the constant frame rate; negative if it is early. Uncorrected, frames
 * halfway between grid points would sometimes be repeated and sometimes dropped by rounding. Picture and sound are shifted
 * together.
 *
 * @returns -0.25 to 0.75 of a frame: up to three quarters late snaps back to the earlier grid point, which repeats no frame
 */
export function lateForGrid(startMs: number, frameRate: number): number {
  const frames = (startMs / 1_000) * frameRate;
  return (frames - Math.round(frames - 0.25)) / frameRate;
}

/** The filter that makes everything earlier by this many seconds; none for less than a microsecond. */
export function shiftBy(filter: 'setpts' | 'asetpts', seconds: number): string[] {
  return Math.abs(seconds) < 1e-6 ? [] : [`${filter}=PTS-(${seconds.toFixed(6)})/TB`];
}

/**
 * Input options that seek to a frame of the constant rate; ffmpeg starts at the keyframe before it. The frames in between get
 * negative times, and the `fps` filter takes the last of them for its first frame, as in a run over the whole video.
 */
export function seekToFrame(frame: number, frameRate: number): string[] {
  return frame === 0 ? [] : ['-noaccurate_seek', ...options({ ss: (frame / frameRate).toFixed(6) })];
}
