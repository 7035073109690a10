import { LandfallError } from '#runtime';
import sharp, { type Sharp } from 'sharp';
import { defaultMaxFrames, inputOptions, type ImageHeader, type ImageLimits } from '../image-header.js';
import type { ImageSource } from './image-source.js';
import { outputFormats } from './output-formats.js';
import { renditionSize, type ShapeSpec } from './rendition-size.js';
import type { FormattedSpec } from './rendition-spec.js';

/**
 * Whether a rendition has all frames. sharp cannot turn the frames of a WebP that is marked as lying on its side, which
 * no program writes: of such a one the first frame is made.
 */
export function isAnimated(spec: FormattedSpec, { metadata }: ImageHeader): boolean {
  const { pages = 1, orientation = 1, format } = metadata;
  const moves = pages > 1 && (format === 'gif' || format === 'webp') && orientation === 1;
  return spec.animated === true && moves && outputFormats[spec.format].animation;
}

/**
 * Opens all frames for a rendition; sharp holds them one below the other, with their delays and loop count. Fails with
 * media.too_many_pixels: the limit is for all frames together, before and after they are scaled.
 */
export function openAnimation(
  file: ImageSource,
  header: ImageHeader,
  spec: ShapeSpec,
  limits: ImageLimits,
): () => Sharp {
  const { pages = 1 } = header.metadata;
  const { maxPixels, maxFrames = defaultMaxFrames } = limits;
  for (const { width, height } of [header, renditionSize(header, spec)]) {
    if (pages <= maxFrames && pages * width * height <= maxPixels) continue;
    throw new LandfallError(
      'media.too_many_pixels',
      `${pages} frames of ${width} × ${height} pixels; an animation may have ${maxFrames} frames and ${maxPixels} pixels in all`,
    );
  }
  return () => sharp(file, { ...inputOptions(limits), animated: true });
}
