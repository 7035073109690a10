import { isLandfallError, type WarningCode } from '#runtime';
import sharp, { type Sharp } from 'sharp';
import { toSrgb } from '../../colours/to-srgb.js';
import { toImageError } from '../../input/image-errors.js';
import type { ImageLimits } from '../../limits/image-limits.js';
import type { ImageHeader } from '../../input/image-header.js';
import { decodeBright, isBright } from './bright-pixels.js';
import type { ImageSource } from '../../source/image-source.js';
import { openSamples } from './open-samples.js';
import type { Size } from '#media';

/** ThumbHash keeps seven waves a side at most: more pixels than these only cost time. Its own limit is 100. */
export const placeholderSide = 64;

/** The one decode of an image: sRGB pixels, 8 bits, upright, without any metadata. */
export interface BaseImage extends Size {
  readonly data: Buffer;
  readonly channels: 3 | 4;
  readonly warnings: readonly WarningCode[];
}

/** A picture, its header and its limits. */
export interface DecodeSource {
  readonly file: ImageSource;
  readonly header: ImageHeader;
  readonly limits: ImageLimits;
}

/**
 * Decodes a picture once to `size`, upright and in sRGB. A JPEG or TIFF whose coded data is broken still
 * decodes, with a warning. Fails with media.damaged, media.timed_out or media.too_many_pixels.
 * @param timeoutSeconds ends the decoder itself
 */
export async function decodeBaseImage(
  source: DecodeSource,
  size: Size,
  timeoutSeconds: number,
): Promise<BaseImage> {
  const decode = (failOn: FailOn) => decodeStrictly(source, size, timeoutSeconds, failOn);
  if (!toleratesDamage.has(source.header.format)) return { ...(await decode('error')), warnings: [] };
  try {
    return { ...(await decode('warning')), warnings: [] };
  } catch (thrown) {
    if (!isLandfallError(thrown, 'media.damaged')) throw thrown;
    return { ...(await decode('error')), warnings: ['media.corrupt'] };
  }
}

/** Formats whose decoders go on after damage inside, with noise or black parts, and say so when they are asked. */
const toleratesDamage: ReadonlySet<string> = new Set(['jpeg', 'tiff']);

type FailOn = 'warning' | 'error';

async function decodeStrictly(
  { file, header, limits }: DecodeSource,
  size: Size,
  timeoutSeconds: number,
  failOn: FailOn,
): Promise<Omit<BaseImage, 'warnings'>> {
  if (header.colours && isBright(header)) {
    const { data, ...shape } = await decodeBright(file, size, limits, timeoutSeconds);
    return { ...shape, data: toSrgb(data, shape.channels, header.colours) };
  }
  try {
    const image = (await openSamples(file, header, limits, failOn))
      // JPEG shrinks well while it loads; WebP's own scaler is no Lanczos, so it is decoded whole.
      .resize(size.width, size.height, { fit: 'fill', fastShrinkOnLoad: header.format !== 'webp' })
      .toColourspace('srgb')
      .timeout({ seconds: timeoutSeconds });
    const { data, info } = await leaveDisplayP3(image, header).raw().toBuffer({ resolveWithObject: true });
    const channels = info.channels === 4 ? 4 : 3;
    if (header.colours) toSrgb(data, channels, header.colours);
    return { data, width: info.width, height: info.height, channels };
  } catch (thrown) {
    throw toImageError(thrown, 'media.damaged');
  }
}

/**
 * sharp works on 16-bit images that carry a profile in Display P3 and leaves the pixels there, so they are led on
 * to sRGB. Any other image is in sRGB already, where this would change its colours.
 */
function leaveDisplayP3(image: Sharp, { metadata }: ImageHeader): Sharp {
  const worksInP3 = metadata.space === 'rgb16' && metadata.hasProfile;
  return worksInP3 ? image.withIccProfile('srgb') : image;
}

/** A new pipeline over the decoded pixels; they are shared, not copied. */
export function fromBaseImage({ data, width, height, channels }: BaseImage): Sharp {
  return sharp(data, { raw: { width, height, channels }, limitInputPixels: false });
}
