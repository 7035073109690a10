import sharp, { type Sharp } from 'sharp';
import { toImageError } from '../../input/image-errors.js';
import { inputOptions, type ImageHeader } from '../../input/image-header.js';
import type { Size } from '#media';
import type { DecodeSource } from './base-image.js';

/** A Display P3 profile has a few hundred bytes; a much larger one contains other data. */
const maxProfileBytes = 16_384;
/** The matrix columns of Display P3, adapted to D50 as in ICC profiles (SMPTE EG 432-1, Bradford). */
const primaries = {
  rXYZ: [0.515_1, 0.241_2, -0.001_1],
  gXYZ: [0.292, 0.692_2, 0.041_9],
  bXYZ: [0.157_1, 0.066_6, 0.784_1],
};
const tolerance = 0.003;

/** Whether a picture is in Display P3, judged by its profile's primaries, since profile names vary by vendor. */
export function isDisplayP3({ metadata: { space, icc } }: ImageHeader): boolean {
  if ((space !== 'srgb' && space !== 'rgb16') || !icc || icc.length > maxProfileBytes) return false;
  const found = readColumns(icc);
  return Object.entries(primaries).every(([tag, column]) =>
    column.every((value, row) => Math.abs(value - (found.get(tag)?.[row] ?? Infinity)) < tolerance),
  );
}

/** Tags of type 'XYZ ' (ICC.1:2022, 10.31) by signature. */
function readColumns(icc: Buffer): Map<string, number[]> {
  const columns = new Map<string, number[]>();
  const count = icc.length < 132 ? 0 : Math.min(100, icc.readUInt32BE(128));
  for (let at = 132; at + 12 <= Math.min(icc.length, 132 + count * 12); at += 12) {
    const start = icc.readUInt32BE(at + 4);
    if (start + 20 > icc.length || icc.toString('latin1', start, start + 4) !== 'XYZ ') continue;
    const values = [8, 12, 16].map((offset) => icc.readInt32BE(start + offset) / 65_536);
    columns.set(icc.toString('latin1', at, at + 4), values);
  }
  return columns;
}

/**
 * Decodes a Display P3 picture to `size`, upright, 8 bits, with its colours and profile unchanged. Fails as
 * `decodeBaseImage` does.
 */
export async function decodeInDisplayP3(
  { file, header, limits }: DecodeSource,
  size: Size,
  timeoutSeconds: number,
): Promise<() => Sharp> {
  const image = sharp(file, { ...inputOptions(limits), autoOrient: true })
    .resize(size.width, size.height, { fit: 'fill', fastShrinkOnLoad: header.format !== 'webp' })
    .keepIccProfile()
    .toColourspace('srgb')
    .timeout({ seconds: timeoutSeconds });
  // An in-memory TIFF instead of raw pixels: sharp attaches a profile to those only by converting their colours to it.
  const tiff = await image
    .tiff({ compression: 'none' })
    .toBuffer()
    .catch((thrown: unknown) => {
      throw toImageError(thrown, 'media.damaged');
    });
  return () => sharp(tiff, { limitInputPixels: false }).keepIccProfile();
}
