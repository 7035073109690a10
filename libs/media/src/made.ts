import type { WarningCode } from '#runtime';

/** One file of a rendition that was made but is not stored yet. */
export interface MadeFile {
  /** Relative to the output folder, with `/`. */
  readonly path: string;
  readonly mimeType: string;
}

/** A rendition that was made: its files in a folder, and facts about it. */
export interface MadeRendition {
  readonly files: readonly MadeFile[];
  /** Path of the file to hand out: `master.m3u8`, `video.mp4` or `audio.m4a`. */
  readonly main: string;
  readonly width: number | null;
  readonly height: number | null;
  readonly durationMs: number | null;
  /** The encoder by its ffmpeg name: `libx264`, `h264_vaapi`; null where it is of no interest. */
  readonly encoder: string | null;
  /** More facts, under names chosen by the maker: rungs, codecs, loudness, layout of tiles. */
  readonly details: Readonly<Record<string, unknown>>;
  /** Known defects; none if unset. */
  readonly warnings?: readonly WarningCode[];
}

/** Progress of a run of the encoder. */
export interface Progress {
  /** The finished share, 0 to 1. */
  readonly share: number;
  /** Speed as a multiple of real time; null while unknown. */
  readonly speed: number | null;
}

/** Receives the progress of a run, several times a second. */
export type OnProgress = (progress: Progress) => void;
