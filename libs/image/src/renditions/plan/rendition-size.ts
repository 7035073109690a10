import type { Size } from '#media';
import { outputFormats } from './output-formats.js';
import type { FormattedSpec } from './rendition-spec.js';

/** Maximum pixels after enlarging; otherwise a few pixels of an extreme shape would become gigabytes. */
const maxEnlargedPixels = 50_000_000;

/** The part of a spec that determines a rendition's size. */
export type ShapeSpec = Pick<FormattedSpec, 'width' | 'height' | 'fit' | 'enlarge' | 'format'>;

/** `size` scaled by `scale`, at least one pixel on each side. */
export function scaleSize(size: Size, scale: number): Size {
  return {
    width: Math.max(1, Math.round(size.width * scale)),
    height: Math.max(1, Math.round(size.height * scale)),
  };
}

/** Whether parts of the picture may be cropped. */
export function covers(spec: ShapeSpec): spec is ShapeSpec & Size {
  return spec.fit === 'cover' && spec.width !== undefined && spec.height !== undefined;
}

/** Whether the picture is padded to exactly width × height. */
export function pads(spec: ShapeSpec): spec is ShapeSpec & Size {
  return spec.fit === 'contain' && spec.width !== undefined && spec.height !== undefined;
}

/** The scale from the source to the picture in a rendition; at most 1 unless enlarging is allowed. */
export function renditionScale(source: Size, spec: ShapeSpec): number {
  const { maxSide } = outputFormats[spec.format];
  const byWidth = (spec.width ?? maxSide) / source.width;
  const byHeight = (spec.height ?? maxSide) / source.height;
  if (covers(spec)) return Math.min(Math.max(byWidth, byHeight), spec.enlarge ? Infinity : 1);
  const largest = spec.enlarge ? Math.sqrt(maxEnlargedPixels / (source.width * source.height)) : 1;
  return Math.min(byWidth, byHeight, Math.max(1, largest));
}

/** The size of the finished rendition, computed from the source so that rounding errors do not accumulate. */
export function renditionSize(source: Size, spec: ShapeSpec): Size {
  const picture = scaleSize(source, renditionScale(source, spec));
  if (pads(spec)) return { width: spec.width, height: spec.height };
  if (!covers(spec)) return picture;
  return { width: Math.min(spec.width, picture.width), height: Math.min(spec.height, picture.height) };
}
