import type { OnProgress } from '#media';
import type { MediaFacts } from '../facts/media-facts.js';
import type { FfmpegTools, VideoLimits } from '../ffmpeg/tools.js';

/** The tools, folder and limits of a piece of work; enough where the source is not a video or audio file. */
export interface Bench {
  readonly tools: FfmpegTools;
  /** An existing folder that receives the files. */
  readonly outDir: string;
  readonly limits: VideoLimits;
  readonly signal: AbortSignal;
}

/** One video or audio file, and the tools, folder and limits to make renditions of it. */
export interface VideoWork extends Bench {
  /** A local path, or the URL of a range proxy. */
  readonly source: string;
  /** What `probeMedia` returned for the source. */
  readonly facts: MediaFacts;
  readonly onProgress?: OnProgress;
}
