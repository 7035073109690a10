/** One media segment of a track. */
export interface Segment {
  /** Relative to the output folder, with `/`. */
  readonly path: string;
  /** Duration in the time scale of its track. */
  readonly ticks: number;
  /** Number of video frames or audio packets. */
  readonly frames: number;
  readonly sizeBytes: number;
}

/** One track of a stream: a rung, or the sound. All measurements come from the files themselves. */
export interface Track {
  readonly folder: string;
  readonly initPath: string;
  /** As in RFC 6381: `avc1.640028`. */
  readonly codec: string;
  /** Ticks per second. */
  readonly timescale: number;
  readonly segments: readonly Segment[];
}

export const masterPath = 'master.m3u8';
export const playlistIn = (folder: string) => `${folder}/playlist.m3u8`;
