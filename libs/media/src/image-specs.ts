/** A mark over a rendition: a text, or a picture that is an object of the upload's bucket. */
export interface WatermarkSpec {
  readonly text?: string | undefined;
  readonly objectKey?: string | undefined;
  readonly gravity:
    | 'northwest'
    | 'north'
    | 'northeast'
    | 'west'
    | 'centre'
    | 'east'
    | 'southwest'
    | 'south'
    | 'southeast';
  /** Above 0, up to 1. */
  readonly opacity: number;
  /** Share of the rendition's width. */
  readonly width: number;
  /** Share of the rendition's shorter side. */
  readonly margin: number;
  /** Of the text, '#rrggbb'. */
  readonly color: string;
}

/** A picture of an image or document; docs/pipelines.md tells what the fields mean. What is not set has its default. */
export interface ImageSpec {
  readonly name: string;
  /** Pixels; one of the sides is set, and without the other every fit means 'inside'. */
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  readonly fit: 'inside' | 'cover' | 'contain';
  readonly position?: 'centre' | 'attention' | 'entropy' | 'focal';
  readonly enlarge?: boolean;
  readonly format: 'webp' | 'jpeg' | 'png' | 'avif' | 'keep';
  /** 1 (small) to 100 (good); `auto` is the lowest that looks like the original. */
  readonly quality: number | 'auto';
  readonly effort?: number | undefined;
  readonly animated?: boolean;
  /** '#rrggbb' or '#rrggbbaa' */
  readonly background?: string | undefined;
  /** Sigma in pixels; 0 is none. */
  readonly sharpen?: number;
  readonly watermark?: WatermarkSpec | undefined;
  readonly keepProfile?: boolean;
  readonly hdr?: 'map' | 'keep';
  readonly keepCopyright?: boolean;
  readonly keepOriginal?: boolean;
}

/** A muted video of an animation. */
export interface LoopSpec {
  readonly name: string;
  /** WebM where this ffmpeg has VP9, otherwise MP4. */
  readonly format: 'mp4' | 'webm';
  /** Largest width in pixels; never enlarged. */
  readonly width: number;
  /** 1 (small) to 100 (good). */
  readonly quality: number;
  /** Behind what is transparent, '#rrggbb' or '#rrggbbaa'. */
  readonly background: string;
}
