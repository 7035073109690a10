/** A still picture of a video. */
export interface PosterSpec {
  readonly name: string;
  /** Largest width in pixels; the source is never enlarged. */
  readonly width: number;
  readonly format: 'webp' | 'jpeg';
  /** 1 (small) to 100 (good). */
  readonly quality: number;
  /** The moment in seconds, or as a share of the duration; if neither is set, the first frame that is not black. */
  readonly at?: number | undefined;
  readonly share?: number | undefined;
}

/** A short silent loop of a video. */
export interface PreviewSpec {
  readonly name: string;
  readonly format: 'webp' | 'mp4';
  /** Largest width in pixels; the source is never enlarged. */
  readonly width: number;
  /** Duration of the loop; that of the video if it is shorter. */
  readonly seconds: number;
  /** Maximum frames per second. */
  readonly frameRate: number;
  /** 1 (small) to 100 (good). */
  readonly quality: number;
}

/** Sheets of small pictures of a video. */
export interface StoryboardSpec {
  readonly name: string;
  /** Width of a tile in pixels; the source is never enlarged. */
  readonly width: number;
  /** Interval between tiles, or number of tiles; if neither is set 100, but at most one per second. */
  readonly intervalSeconds?: number | undefined;
  readonly count?: number | undefined;
  /** Maximum number of tiles in a row and of rows in a sheet. */
  readonly columns: number;
  readonly rows: number;
  readonly format: 'jpeg' | 'webp';
  /** 1 (small) to 100 (good). */
  readonly quality: number;
}
