import type { ImageSource } from '../../source/image-source.js';
import { withTiff } from './tiff-reader.js';

/** Tags with the offsets and byte counts of a picture's tiles or strips (TIFF 6.0, sections 15 and 3). */
const parts = [
  { offsets: 324, byteCounts: 325 },
  { offsets: 273, byteCounts: 279 },
];

/**
 * Whether a TIFF is truncated within its first picture: libtiff silently leaves missing tiles black. A part with zero
 * bytes is intentionally not stored. False if there are too many parts to check.
 */
export async function lacksPixels(source: ImageSource): Promise<boolean> {
  const lacks = await withTiff(source, async (tiff) => {
    const main = await tiff.readMain();
    const numbersOf = (wanted: number) => tiff.numbersOf(main.find(({ tag }) => tag === wanted));
    return parts.some(({ offsets, byteCounts }) => {
      const lengths = numbersOf(byteCounts);
      return numbersOf(offsets).some((at, part) => {
        const length = lengths[part] ?? 0;
        return length > 0 && at + length > tiff.sizeBytes;
      });
    });
  });
  return lacks ?? false;
}
