import type { OnProgress } from '#media';
import type { MediaFacts } from '../facts/media-facts.js';
import type { FfmpegTools, VideoLimits } from '../ffmpeg/tools.js';

/** What something is made in and with: enough where the source is no video or audio file. */
export interface Bench {
  readonly tools: FfmpegTools;
  /** An existing folder that gets what is made. */
  readonly outDir: string;
  readonly limits: VideoLimits;
  readonly signal: AbortSignal;
}

/** One video or audio file, and what renditions of it are made in and with. */
export interface VideoWork extends Bench {
  /** A local path, or a (signed) http(s) URL. */
  readonly source: string;
  /** What `probeMedia` said of the source. */
  readonly facts: MediaFacts;
  readonly onProgress?: OnProgress;
}
