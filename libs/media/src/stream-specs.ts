/** What pictures may be encoded as. */
export type VideoCodec = 'h264' | 'hevc' | 'av1';

/** How bright a picture may get, as HLS calls it (VIDEO-RANGE of RFC 8216bis). */
export type VideoRange = 'SDR' | 'PQ' | 'HLG';

/** A stream of a video in several sizes. */
export interface HlsSpec {
  readonly name: string;
  /** Wanted heights; of a portrait video, the wanted widths. */
  readonly heights: readonly number[];
  readonly segmentSeconds: number;
  /** Whether the rungs follow from the heights alone, or from what is measured of the video; fixed unless set. */
  readonly ladder?: 'fixed' | 'auto';
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

/** One file of a video that plays everywhere. */
export interface Mp4Spec {
  readonly name: string;
  /** Largest height; of a portrait video, the largest width. */
  readonly height: number;
  /** Whether the sound is brought to one loudness. */
  readonly normalize?: boolean;
}
