import type { Size } from '#media';
import { outputFormats } from './output-formats.js';
import type { FormattedSpec } from './rendition-spec.js';

/** What a picture may grow to. Without it a few pixels of an extreme shape would become gigabytes. */
const maxEnlargedPixels = 50_000_000;

/** What the size of a rendition comes from. */
export type ShapeSpec = Pick<FormattedSpec, 'width' | 'height' | 'fit' | 'enlarge' | 'format'>;

/** `size` scaled by `scale`, at least one pixel on each side. */
export function scaleSize(size: Size, scale: number): Size {
  return {
    width: Math.max(1, Math.round(size.width * scale)),
    height: Math.max(1, Math.round(size.height * scale)),
  };
}

/** Whether parts of the picture may be cut off. */
export function covers(spec: ShapeSpec): spec is ShapeSpec & Size {
  return spec.fit === 'cover' && spec.width !== undefined && spec.height !== undefined;
}

/** Whether there is a frame of exactly width × height round the picture. */
export function pads(spec: ShapeSpec): spec is ShapeSpec & Size {
  return spec.fit === 'contain' && spec.width !== undefined && spec.height !== undefined;
}

/** The scale from the source to the picture of a rendition: at most 1 unless it may be enlarged. */
export function renditionScale(source: Size, spec: ShapeSpec): number {
  const { maxSide } = outputFormats[spec.format];
  const byWidth = (spec.width ?? maxSide) / source.width;
  const byHeight = (spec.height ?? maxSide) / source.height;
  if (covers(spec)) return Math.min(Math.max(byWidth, byHeight), spec.enlarge ? Infinity : 1);
  const largest = spec.enlarge ? Math.sqrt(maxEnlargedPixels / (source.width * source.height)) : 1;
  return Math.min(byWidth, byHeight, Math.max(1, largest));
}

/** The size of the finished rendition. It is computed from the source, so that rounding never adds up. */
export function renditionSize(source: Size, spec: ShapeSpec): Size {
  const picture = scaleSize(source, renditionScale(source, spec));
  if (pads(spec)) return { width: spec.width, height: spec.height };
  if (!covers(spec)) return picture;
  return { width: Math.min(spec.width, picture.width), height: Math.min(spec.height, picture.height) };
}
