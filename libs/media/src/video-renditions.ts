import type { WarningCode } from '#runtime';

export type VideoCodec = 'h264' | 'hevc' | 'av1';

/** How bright a picture may get, as HLS calls it (VIDEO-RANGE of RFC 8216bis). */
export type VideoRange = 'SDR' | 'PQ' | 'HLG';

export interface HlsSpec {
  readonly name: string;
  /** Wanted heights; of a portrait video, the wanted widths. */
  readonly heights: readonly number[];
  readonly segmentSeconds: number;
  /** H.264 unless set. */
  readonly codec?: VideoCodec;
  /** Whether HDR is kept beside SDR, in rungs of its own; mapped to SDR alone unless set. Of HEVC and AV1. */
  readonly hdr?: 'map' | 'keep';
  /** Whether a DASH manifest is written over the same segments. */
  readonly dash?: boolean;
  /** Whether the smallest rung is encoded before all others, to be published first. */
  readonly firstPlayable?: boolean;
  /** How the segments are encrypted; unless set they are not. */
  readonly encryption?: 'aes-128' | undefined;
  /** Whether the sound is brought to one loudness. */
  readonly normalize?: boolean;
}

export interface Mp4Spec {
  readonly name: string;
  /** Largest height; of a portrait video, the largest width. */
  readonly height: number;
  /** Whether the sound is brought to one loudness. */
  readonly normalize?: boolean;
}

export interface AudioSpec {
  readonly name: string;
  readonly codec: 'aac' | 'opus' | 'mp3';
  readonly bitrateKbps: number;
  /** 1 or 2; unless set as many as the source has, two at most. */
  readonly channels?: number | undefined;
  /** Whether the sound is brought to one loudness. */
  readonly normalize?: boolean;
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

export type OnProgress = (progress: Progress) => void;
