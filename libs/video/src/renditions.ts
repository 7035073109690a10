export interface HlsSpec {
  readonly name: string;
  /** Wanted heights; of a portrait video, the wanted widths. */
  readonly heights: readonly number[];
  readonly segmentSeconds: number;
}

export interface Mp4Spec {
  readonly name: string;
  /** Largest height; of a portrait video, the largest width. */
  readonly height: number;
}

export interface AudioSpec {
  readonly name: string;
  readonly codec: 'aac';
  readonly bitrateKbps: number;
}

export interface MadeFile {
  /** Relative to the output folder, with `/`. */
  readonly path: string;
  readonly mimeType: string;
}

export interface MadeRendition {
  readonly files: readonly MadeFile[];
  /** Path of the file to hand out: `master.m3u8`, `video.mp4` or `audio.m4a`. */
  readonly main: string;
  readonly width: number | null;
  readonly height: number | null;
  readonly durationMs: number | null;
}

/** Gets the finished share of a run, 0 to 1. */
export type OnProgress = (share: number) => void;
