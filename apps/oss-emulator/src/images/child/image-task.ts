/** Formats that can be written, in OSS's words. */
export type WrittenFormat = 'jpg' | 'png' | 'webp' | 'gif' | 'tiff';

export type ResizeMode = 'lfit' | 'mfit' | 'fill' | 'pad' | 'fixed';

/** `image/resize`. Sizes in pixels; w and h count before l and s, and those before p. */
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
  /** Six hex digits. */
  readonly padColor: string;
}

export type Gravity = 'nw' | 'north' | 'ne' | 'west' | 'center' | 'east' | 'sw' | 'south' | 'se';

/** `image/crop`. A width or height of 0 reaches to the edge. */
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

/** How the result is written. */
export interface Writing {
  /** The format of the source if not given. */
  readonly format?: WrittenFormat;
  /** `quality`: percent, of the quality of the source (q) or of what the format can (Q). */
  readonly quality?: { readonly percent: number; readonly isRelative: boolean };
  /** Progressive JPEG. */
  readonly interlace?: boolean;
}

export interface ImageRequest {
  readonly steps: readonly ImageStep[];
  /** Turned upright before everything else, wherever `auto-orient,1` stands. */
  readonly autoOrient: boolean;
  readonly writing: Writing;
}

/** What the process of images is asked to do. */
export interface ImageTask {
  readonly source: {
    /** The image in these files, one after the other: of each, its first bytes. */
    readonly files: readonly { readonly path: string; readonly sizeBytes: number }[];
    readonly format: WrittenFormat;
  };
  /** The image to make, and the path where; without it, facts are read. */
  readonly make?: { readonly request: ImageRequest; readonly output: string };
}

/** Why there is no image; OSS's words are in `image-refusals.ts`. */
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
  /** EXIF tags by OSS's names for them. */
  readonly tags: Readonly<Record<string, string>>;
}

export type ImageAnswer =
  | { readonly made: MadeImage }
  | { readonly facts: ImageFacts }
  | { readonly fault: ImageFault };
