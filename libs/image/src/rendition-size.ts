import { outputFormats } from './output-formats.js';

/** One rendition as the pipelines file asks for it. Without `height` every fit means 'inside'. */
export interface ImageRenditionSpec {
  name: string;
  /** Pixels. */
  width: number;
  height?: number;
  /** 'inside' keeps the whole picture; 'cover' fills and crops the centre; 'contain' pads to exactly width × height. */
  fit: 'inside' | 'cover' | 'contain';
  format: 'webp' | 'jpeg' | 'png' | 'avif';
  /** 1 to 100; PNG is lossless and takes no notice. */
  quality: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** `size` scaled by `scale`, at least one pixel on each side. */
export function scaleSize(size: Size, scale: number): Size {
  return {
    width: Math.max(1, Math.round(size.width * scale)),
    height: Math.max(1, Math.round(size.height * scale)),
  };
}

/** The scale from the source to the picture of a rendition, at most 1: nothing is ever enlarged. */
export function renditionScale(source: Size, spec: ImageRenditionSpec): number {
  const byWidth = spec.width / source.width;
  const byHeight = (spec.height ?? outputFormats[spec.format].maxSide) / source.height;
  const covers = spec.fit === 'cover' && spec.height !== undefined;
  return Math.min(1, covers ? Math.max(byWidth, byHeight) : Math.min(byWidth, byHeight));
}

/** The size of the finished rendition. It is computed from the source, so that rounding never adds up. */
export function renditionSize(source: Size, spec: ImageRenditionSpec): Size {
  const picture = scaleSize(source, renditionScale(source, spec));
  if (spec.height === undefined || spec.fit === 'inside') return picture;
  if (spec.fit === 'contain') return { width: spec.width, height: spec.height };
  return { width: Math.min(spec.width, picture.width), height: Math.min(spec.height, picture.height) };
}
