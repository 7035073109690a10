/** A still picture of a video. */
export interface PosterSpec {
  readonly name: string;
  /** Largest width in pixels; the source is never enlarged. */
  readonly width: number;
  readonly format: 'webp' | 'jpeg';
  /** 1 (small) to 100 (good). */
  readonly quality: number;
  /** The moment in seconds, or as a share of the length; unless one is set the first frame that is not black. */
  readonly at?: number | undefined;
  readonly share?: number | undefined;
}

/** A short silent loop of a video. */
export interface PreviewSpec {
  readonly name: string;
  readonly format: 'webp' | 'mp4';
  /** Largest width in pixels; the source is never enlarged. */
  readonly width: number;
  /** Length of the loop, or of the video when that is shorter. */
  readonly seconds: number;
  /** Frames a second, at most. */
  readonly frameRate: number;
  /** 1 (small) to 100 (good). */
  readonly quality: number;
}

/** Sheets of small pictures of a video. */
export interface StoryboardSpec {
  readonly name: string;
  /** Width of a tile in pixels; the source is never enlarged. */
  readonly width: number;
  /** Time from one tile to the next, or the number of tiles; unless one is set 100, but no more than one a second. */
  readonly intervalSeconds?: number | undefined;
  readonly count?: number | undefined;
  /** Most tiles side by side in a sheet, and most rows of them. */
  readonly columns: number;
  readonly rows: number;
  readonly format: 'jpeg' | 'webp';
  /** 1 (small) to 100 (good). */
  readonly quality: number;
}
