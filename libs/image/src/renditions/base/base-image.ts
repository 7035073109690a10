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

/** ThumbHash keeps at most seven frequencies per side, so more pixels than these only cost time. Its own limit is 100. */
export const placeholderSide = 64;

/** The shared decode of an image: sRGB, 8 bits, upright, without metadata. */
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
 * Decodes a picture to `size`, upright and in sRGB. A JPEG or TIFF with corrupt coded data still decodes, with a
 * warning. Fails with media.damaged, media.timed_out or media.too_many_pixels.
 * @param timeoutSeconds also stops the decoder itself
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

/** Formats whose decoders continue after corrupt data, with noise or black parts, and report it on request. */
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
      // JPEG's shrink-on-load is good; WebP's scaler is worse than Lanczos, so WebP is decoded at full size.
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
 * sharp converts 16-bit images with a profile to Display P3 and leaves them there, so they are converted on to sRGB.
 * Any other image already is in sRGB, and this would change its colours.
 */
function leaveDisplayP3(image: Sharp, { metadata }: ImageHeader): Sharp {
  const worksInP3 = metadata.space === 'rgb16' && metadata.hasProfile;
  return worksInP3 ? image.withIccProfile('srgb') : image;
}

/** A new pipeline over the decoded pixels, which are shared, not copied. */
export function fromBaseImage({ data, width, height, channels }: BaseImage): Sharp {
  return sharp(data, { raw: { width, height, channels }, limitInputPixels: false });
}
