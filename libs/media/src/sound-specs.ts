/** The sound of an audio file or a video. */
export interface AudioSpec {
  readonly name: string;
  readonly codec: 'aac' | 'opus' | 'mp3';
  readonly bitrateKbps: number;
  /** 1 or 2; unless set as many as the source has, two at most. */
  readonly channels?: number | undefined;
  /** Whether the sound is brought to one loudness. */
  readonly normalize?: boolean;
}

/** How loud a sound is from moment to moment. */
export interface WaveformSpec {
  readonly name: string;
  readonly format: 'json' | 'png';
  /** Peaks a second of the JSON, 20 unless set. */
  readonly pixelsPerSecond?: number | undefined;
  /** Size of the PNG in pixels, 1800 x 280 unless set. */
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  /** `#2b6cb0` unless set. */
  readonly color?: string | undefined;
  /** Transparent unless set. */
  readonly background?: string | undefined;
}
