/** A watermark over a rendition: text, or a picture that is an object in the upload's bucket. */
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
  /** Colour of the text, '#rrggbb'. */
  readonly color: string;
}

/** A picture of an image or document; docs/pipelines.md explains the fields. Unset fields have their defaults. */
export interface ImageSpec {
  readonly name: string;
  /** Pixels; at least one side is set. If only one is, every fit means 'inside'. */
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

/** A silent video of an animation. */
export interface LoopSpec {
  readonly name: string;
  /** `webm` becomes MP4 if this ffmpeg has no VP9 encoder. */
  readonly format: 'mp4' | 'webm';
  /** Largest width in pixels; never enlarged. */
  readonly width: number;
  /** 1 (small) to 100 (good). */
  readonly quality: number;
  /** Colour behind transparent areas, '#rrggbb' or '#rrggbbaa'; the alpha is ignored. */
  readonly background: string;
}
