import { LandfallError } from '#runtime';
import sharp, { type Sharp } from 'sharp';
import { inputOptions, type ImageHeader, type ImageLimits } from './image-header.js';
import { outputFormats } from './output-formats.js';
import type { FormattedSpec } from './rendition-spec.js';

/** What browsers play well; ten minutes of a film are a video. */
const maxFrames = 3_000;

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
 * Opens all frames, which sharp holds one below the other with their delays and loop count.
 * Fails with media.too_many_pixels: the limit is for all frames together.
 */
export function openAnimation(file: string, header: ImageHeader, limits: ImageLimits): () => Sharp {
  const { pages = 1 } = header.metadata;
  if (pages > maxFrames || pages * header.width * header.height > limits.maxPixels) {
    throw new LandfallError(
      'media.too_many_pixels',
      `${pages} frames of ${header.width} × ${header.height} pixels; an animation may have ${maxFrames} frames and ${limits.maxPixels} pixels in all`,
    );
  }
  return () => sharp(file, { ...inputOptions(limits), animated: true });
}
