export interface Segment {
  /** Relative to the output folder, with `/`. */
  readonly path: string;
  /** Length in the time scale of its track. */
  readonly ticks: number;
  /** Frames of pictures, or packets of sound. */
  readonly frames: number;
  readonly sizeBytes: number;
}

/** One track of a stream: a rung, or the sound. What is measured is read from the files themselves. */
export interface Track {
  readonly folder: string;
  readonly initPath: string;
  /** As in RFC 6381: `avc1.640028`. */
  readonly codec: string;
  /** Ticks of a second. */
  readonly timescale: number;
  readonly segments: readonly Segment[];
}

export const playlistIn = (folder: string) => `${folder}/playlist.m3u8`;
