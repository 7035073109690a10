/** Output formats, by OSS's names. */
export type WrittenFormat = 'jpg' | 'png' | 'webp' | 'gif' | 'tiff';

export type ResizeMode = 'lfit' | 'mfit' | 'fill' | 'pad' | 'fixed';

/** `image/resize`. Sizes in pixels; w and h take precedence over l and s, and those over p. */
export interface ResizeStep {
  readonly action: 'resize';
  readonly mode: ResizeMode;
  readonly width: number | undefined;
  readonly height: number | undefined;
  readonly longSide: number | undefined;
  readonly shortSide: number | undefined;
  readonly percent: number | undefined;
  /** `limit_0` */
  readonly mayEnlarge: boolean;
  /** Six hex digits, without `#`. */
  readonly padColor: string;
}

export type Gravity = 'nw' | 'north' | 'ne' | 'west' | 'center' | 'east' | 'sw' | 'south' | 'se';

/** `image/crop`. A width or height of 0 extends to the edge. */
export interface CropStep {
  readonly action: 'crop';
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly gravity: Gravity;
}

/** One action that changes pixels. */
export type ImageStep =
  | ResizeStep
  | CropStep
  | {
      readonly action: 'indexcrop';
      readonly axis: 'x' | 'y';
      readonly length: number;
      readonly index: number;
    }
  | { readonly action: 'circle' | 'rounded-corners'; readonly radius: number }
  | { readonly action: 'rotate'; readonly degrees: number };

/** Output settings. */
export interface Writing {
  /** Defaults to the format of the source. */
  readonly format?: WrittenFormat;
  /** `quality` in percent: relative to the quality of the source (q), or absolute (Q). */
  readonly quality?: { readonly percent: number; readonly isRelative: boolean };
  /** Progressive JPEG. */
  readonly interlace?: boolean;
}

export interface ImageRequest {
  readonly steps: readonly ImageStep[];
  /** Applied before all other actions, wherever `auto-orient,1` stands. */
  readonly autoOrient: boolean;
  readonly writing: Writing;
}

/** A task for the image process. */
export interface ImageTask {
  readonly source: {
    /** The image is the concatenation of these files, of each its first `sizeBytes` bytes. */
    readonly files: readonly { readonly path: string; readonly sizeBytes: number }[];
    readonly format: WrittenFormat;
  };
  /** The image to make and its output path; if absent, facts are read. */
  readonly make?: { readonly request: ImageRequest; readonly output: string };
}

/** Why there is no image; `image-refusals.ts` has OSS's wording. */
export type ImageFault =
  | 'sourceIsGone'
  | 'sourceIsDamaged'
  | 'sourceHasTooManyPixels'
  | 'sourceIsTooWide'
  | 'sourceIsTooWideToRotate'
  | 'targetIsTooLarge'
  | 'cutIsOutside';

export interface MadeImage {
  readonly format: WrittenFormat;
  readonly sizeBytes: number;
}

export interface ImageFacts {
  readonly frameCount: number;
  /** EXIF tags, by OSS's names. */
  readonly tags: Readonly<Record<string, string>>;
}

export type ImageAnswer =
  | { readonly made: MadeImage }
  | { readonly facts: ImageFacts }
  | { readonly fault: ImageFault };
