import type { Size } from '#media';
import sharp, { type Sharp } from 'sharp';
import { toImageError } from '../../input/image-errors.js';
import { type ImageLimits } from '../../limits/image-limits.js';
import { inputOptions, type ImageHeader } from '../../input/image-header.js';
import type { ImageSource } from '../../source/image-source.js';

/** 16-bit pixels as stored in the file, in PQ or HLG. */
export interface BrightPixels extends Size {
  readonly data: Uint16Array;
  readonly channels: 3 | 4;
}

/** Whether a picture is HDR: PQ or HLG by its colour codes, with more than 8 bits per sample. */
export function isBright({ colours, metadata }: ImageHeader): boolean {
  return (colours?.curve === 'pq' || colours?.curve === 'hlg') && metadata.depth === 'ushort';
}

/** Decodes an HDR picture to `size`, upright. Fails as `decodeBaseImage` does. */
export async function decodeBright(
  file: ImageSource,
  size: Size,
  limits: ImageLimits,
  timeoutSeconds: number,
): Promise<BrightPixels> {
  const image = sharp(file, { ...inputOptions(limits), autoOrient: true })
    .resize(size.width, size.height, { fit: 'fill' })
    .toColourspace('rgb16')
    .timeout({ seconds: timeoutSeconds });
  const { data, info } = await image
    .raw({ depth: 'ushort' })
    .toBuffer({ resolveWithObject: true })
    .catch((thrown: unknown) => {
      throw toImageError(thrown, 'media.damaged');
    });
  const samples = new Uint16Array(data.buffer, data.byteOffset, data.length / 2);
  return { data: samples, width: info.width, height: info.height, channels: info.channels === 4 ? 4 : 3 };
}

/** A new pipeline over HDR pixels, which keep their values. */
export function fromBright({ data, width, height, channels }: BrightPixels): Sharp {
  return sharp(data, { raw: { width, height, channels }, limitInputPixels: false }).toColourspace('rgb16');
}
