import { rgbaToThumbHash } from 'thumbhash';
import { fromBaseImage, type BaseImage } from './base-image.js';
import { toImageError } from './image-errors.js';

export interface Placeholder {
  /** ThumbHash, base64. */
  thumbHash: string;
  /** The dominant colour, '#rrggbb'. */
  color: string;
}

/** ThumbHash keeps seven waves a side at most: more pixels than these only cost time. Its own limit is 100. */
export const placeholderSide = 64;

/** Makes the placeholder from a raster of at most 64 × 64 pixels. */
export async function makePlaceholder(base: BaseImage, timeoutSeconds: number): Promise<Placeholder> {
  const { data, info } = await fromBaseImage(base)
    .resize(placeholderSide, placeholderSide, { fit: 'inside', withoutEnlargement: true })
    .ensureAlpha()
    .timeout({ seconds: timeoutSeconds })
    .raw()
    .toBuffer({ resolveWithObject: true })
    .catch((thrown: unknown) => {
      throw toImageError(thrown, 'media.encoder_failed');
    });
  const hash = rgbaToThumbHash(info.width, info.height, data);
  return { thumbHash: Buffer.from(hash).toString('base64'), color: findDominantColor(data) };
}

/**
 * The mean of the fullest of 8 × 8 × 8 colour bins, each pixel counting by its alpha.
 * An image that is fully transparent has no colour of its own: white, as it is flattened.
 */
export function findDominantColor(rgba: Uint8Array): string {
  const bins = new Float64Array(512 * 4); // of each bin: weight, then the weighted sums of red, green and blue
  let fullest = 0;
  for (let i = 0; i + 3 < rgba.length; i += 4) {
    const [red = 0, green = 0, blue = 0, alpha = 0] = rgba.subarray(i, i + 4);
    const bin = (((red >> 5) << 6) | ((green >> 5) << 3) | (blue >> 5)) * 4;
    for (const [offset, value] of [1, red, green, blue].entries()) {
      bins[bin + offset] = (bins[bin + offset] ?? 0) + value * alpha;
    }
    if ((bins[bin] ?? 0) > (bins[fullest] ?? 0)) fullest = bin;
  }
  const [weight = 0, ...sums] = bins.subarray(fullest, fullest + 4);
  if (weight === 0) return '#ffffff';
  return `#${sums.map((sum) => toHex(sum / weight)).join('')}`;
}

const toHex = (value: number) => Math.round(value).toString(16).padStart(2, '0');
