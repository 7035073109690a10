/** Codecs for video. */
export type VideoCodec = 'h264' | 'hevc' | 'av1';

/** The dynamic range, in the terms of HLS (VIDEO-RANGE of RFC 8216bis). */
export type VideoRange = 'SDR' | 'PQ' | 'HLG';

/** A stream of a video in several sizes. */
export interface HlsSpec {
  readonly name: string;
  /** Wanted heights; for a portrait video, the wanted widths. */
  readonly heights: readonly number[];
  readonly segmentSeconds: number;
  /** Whether the rungs depend only on the heights, or also on measurements of the video; `fixed` if unset. */
  readonly ladder?: 'fixed' | 'auto';
  /** H.264 if unset. */
  readonly codec?: VideoCodec;
  /** Whether HDR is kept in additional rungs beside SDR, for HEVC and AV1 only; if unset it is mapped to SDR. */
  readonly hdr?: 'map' | 'keep';
  /** Whether a DASH manifest is written for the same segments. */
  readonly dash?: boolean;
  /** Whether the smallest rung is encoded before all others and published first. */
  readonly firstPlayable?: boolean;
  /** How the segments are encrypted; not at all if unset. */
  readonly encryption?: 'aes-128' | undefined;
  /** Whether the loudness is normalised. */
  readonly normalize?: boolean;
}

/** A single file that plays everywhere. */
export interface Mp4Spec {
  readonly name: string;
  /** Maximum height; for a portrait video, the maximum width. */
  readonly height: number;
  /** Whether the loudness is normalised. */
  readonly normalize?: boolean;
}
