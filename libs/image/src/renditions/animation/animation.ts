import type { Size } from '#media';
import { LandfallError } from '#runtime';
import sharp, { type Sharp } from 'sharp';
import { defaultMaxFrames, type ImageLimits, maxPixelsOf } from '../../limits/image-limits.js';
import { inputOptions, type ImageHeader } from '../../input/image-header.js';
import type { ImageSource } from '../../source/image-source.js';
import { outputFormats } from '../plan/output-formats.js';
import { renditionSize, type ShapeSpec } from '../plan/rendition-size.js';
import type { FormattedSpec } from '../plan/rendition-spec.js';

/**
 * Whether a rendition has all frames. sharp cannot rotate the frames of a WebP with an orientation, which no program
 * writes; only the first frame of such a file is rendered.
 */
export function isAnimated(spec: FormattedSpec, { metadata }: ImageHeader): boolean {
  return spec.animated === true && moves(metadata) && outputFormats[spec.format].animation;
}

/** Whether all frames of a picture can be opened. */
export function moves({ pages = 1, orientation = 1, format }: ImageHeader['metadata']): boolean {
  return pages > 1 && (format === 'gif' || format === 'webp') && orientation === 1;
}

/**
 * Opens all frames for a rendition; sharp stacks them vertically, with their delays and loop count. Fails with
 * media.too_many_pixels: the limit applies to all frames together, before and after scaling.
 */
export function openAnimation(
  file: ImageSource,
  header: ImageHeader,
  spec: ShapeSpec,
  limits: ImageLimits,
): () => Sharp {
  const { pages = 1 } = header.metadata;
  for (const size of [header, renditionSize(header, spec)]) refuseFrames(pages, size, limits);
  return () => sharp(file, { ...inputOptions(limits), animated: true });
}

/** @throws LandfallError media.too_many_pixels if there are too many frames or too many pixels in total */
export function refuseFrames(frames: number, { width, height }: Size, limits: ImageLimits): void {
  const { maxFrames = defaultMaxFrames } = limits;
  const maxPixels = maxPixelsOf(limits, 'frames');
  if (frames <= maxFrames && frames * width * height <= maxPixels) return;
  throw new LandfallError(
    'media.too_many_pixels',
    `${frames} frames of ${width} × ${height} pixels; an animation may have ${maxFrames} frames and ${maxPixels} pixels in total`,
  );
}
