/** The sound of an audio file or a video. */
export interface AudioSpec {
  readonly name: string;
  readonly codec: 'aac' | 'opus' | 'mp3';
  readonly bitrateKbps: number;
  /** 1 or 2; if unset as many as the source has, at most two. */
  readonly channels?: number | undefined;
  /** Whether the loudness is normalised. */
  readonly normalize?: boolean;
}

/** The peaks of a sound over time, as JSON or as a picture. */
export interface WaveformSpec {
  readonly name: string;
  readonly format: 'json' | 'png';
  /** Peaks per second in the JSON; 20 if unset. */
  readonly pixelsPerSecond?: number | undefined;
  /** Size of the PNG in pixels; 1800 × 280 if unset. */
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  /** `#2b6cb0` if unset. */
  readonly color?: string | undefined;
  /** Transparent if unset. */
  readonly background?: string | undefined;
}
