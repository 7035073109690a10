import { options } from '../ffmpeg/command-line.js';
import type { MediaFacts, VideoFacts } from '../facts/media-facts.js';

/** A decoder refuses larger frames than 8K, and than the video had when it was probed. */
const stillPixels = 7_680 * 4_320;

/** The most pixels of a frame when a few frames of a video that was probed are decoded. */
export function framePixels({ width, height }: VideoFacts): number {
  return Math.max(stillPixels, width * height);
}

/**
 * Options before an input that begin at a time.
 *
 * @param exact whether frames are decoded up to that time; otherwise the key frame before it is the first
 */
export function seekTo(seconds: number, exact: boolean): string[] {
  const place = options({ ss: Math.max(0, seconds).toFixed(3) });
  return exact ? place : ['-noaccurate_seek', ...place];
}

/** The filter behind a seek that is not exact: without it frames from before the place are dropped. */
export const fromStart = 'setpts=PTS-STARTPTS';

/** The last moment at which a video surely shows a frame, in seconds; null when its length is not known. */
export function lastMoment({ durationMs, video }: MediaFacts): number | null {
  if (durationMs === null) return null;
  return Math.max(0, durationMs / 1_000 - 1.5 / (video?.frameRate ?? 25));
}
