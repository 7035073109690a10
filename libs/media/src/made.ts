import type { WarningCode } from '#runtime';

/** One file of a rendition that was made, and is not stored yet. */
export interface MadeFile {
  /** Relative to the output folder, with `/`. */
  readonly path: string;
  readonly mimeType: string;
}

/** A rendition that was made: its files in a folder, and what is known of it. */
export interface MadeRendition {
  readonly files: readonly MadeFile[];
  /** Path of the file to hand out: `master.m3u8`, `video.mp4` or `audio.m4a`. */
  readonly main: string;
  readonly width: number | null;
  readonly height: number | null;
  readonly durationMs: number | null;
  /** What encoded it, as ffmpeg calls it: `libx264`, `h264_vaapi`; null where that tells nobody anything. */
  readonly encoder: string | null;
  /** What else is known of it, by names that its maker chose: rungs, codecs, loudness, geometry of sprites. */
  readonly details: Readonly<Record<string, unknown>>;
  /** What of it is not as it should be; unless set nothing. */
  readonly warnings?: readonly WarningCode[];
}

/** How far a run of the encoder is. */
export interface Progress {
  /** The finished share, 0 to 1. */
  readonly share: number;
  /** How many times as fast as it plays; null while nothing is known. */
  readonly speed: number | null;
}

/** Hears how far a run is, several times a second. */
export type OnProgress = (progress: Progress) => void;
