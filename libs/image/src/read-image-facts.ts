import { withTimeLimit } from '#runtime';
import { readCameraFacts, type CameraFacts } from './camera-facts.js';
import { readImageHeader, type ImageLimits } from './image-header.js';

export interface ImageFacts extends CameraFacts {
  /** jpeg, png, webp, gif, tiff or avif. */
  format: string;
  mimeType: string;
  /** Pixels, after orientation. */
  width: number;
  height: number;
  /** EXIF orientation, 1 to 8; 1 when there is none. */
  orientation: number;
  /** How the file holds its colours (srgb, b-w, cmyk, rgb16, …), whatever profile it carries. */
  colourSpace: string | null;
  hasAlpha: boolean;
  /** Frames of an animation or pages of a document; 1 for a still image. */
  frames: number;
}

/**
 * Reads what the header of `file` tells; decodes nothing.
 * Fails with media.unsupported, media.damaged, media.too_many_pixels or media.timed_out.
 */
export async function readImageFacts(file: string, limits: ImageLimits): Promise<ImageFacts> {
  return withTimeLimit(
    readFacts(file, limits),
    limits.timeoutMs,
    'media.timed_out',
    'reading the image header',
  );
}

async function readFacts(file: string, limits: ImageLimits): Promise<ImageFacts> {
  const { metadata, ...header } = await readImageHeader(file, limits);
  const { orientation = 1, space, hasAlpha, pages = 1, exif } = metadata;
  return {
    ...header,
    orientation: orientation >= 1 && orientation <= 8 ? orientation : 1,
    colourSpace: space ?? null,
    hasAlpha,
    frames: Math.max(1, pages),
    ...(await readCameraFacts(exif)),
  };
}
