import type { ImageFingerprint } from '#media';
import { rgbaToThumbHash } from 'thumbhash';
import { fromBaseImage, placeholderSide, type BaseImage } from '../../renditions/base/base-image.js';
import { findColors } from './dominant-colors.js';
import { toImageError } from '../../input/image-errors.js';
import { hashPicture } from './perceptual-hash.js';

/** Computes the placeholder, colours and perceptual hash from a raster of at most 64 × 64 pixels. */
export async function makePlaceholder(base: BaseImage, timeoutSeconds: number): Promise<ImageFingerprint> {
  const { data, info } = await fromBaseImage(base)
    .resize(placeholderSide, placeholderSide, { fit: 'inside', withoutEnlargement: true })
    .ensureAlpha()
    .timeout({ seconds: timeoutSeconds })
    .raw()
    .toBuffer({ resolveWithObject: true })
    .catch((thrown: unknown) => {
      throw toImageError(thrown, 'media.encoder_failed');
    });
  return {
    thumbHash: Buffer.from(rgbaToThumbHash(info.width, info.height, data)).toString('base64'),
    ...findColors(data),
    perceptualHash: hashPicture(data, info.width, info.height),
  };
}
