import { options } from '../ffmpeg/command-line.js';
import type { MediaFacts, VideoFacts } from '../facts/media-facts.js';

/** The decoder refuses frames larger than both 8K and the video as probed. */
const stillPixels = 7_680 * 4_320;

/** Maximum number of pixels per frame when only a few frames of a probed video are decoded. */
export function framePixels({ width, height }: VideoFacts): number {
  return Math.max(stillPixels, width * height);
}

/**
 * Input options that seek to a time.
 *
 * @param exact whether to decode up to exactly that time; otherwise the first frame is the keyframe before it
 */
export function seekTo(seconds: number, exact: boolean): string[] {
  const place = options({ ss: Math.max(0, seconds).toFixed(3) });
  return exact ? place : ['-noaccurate_seek', ...place];
}

/** The filter after an inexact seek: without it, frames before the target would be dropped. */
export const fromStart = 'setpts=PTS-STARTPTS';

/** The last moment in seconds at which a video certainly shows a frame; null if its duration is unknown. */
export function lastMoment({ durationMs, video }: MediaFacts): number | null {
  if (durationMs === null) return null;
  return Math.max(0, durationMs / 1_000 - 1.5 / (video?.frameRate ?? 25));
}
