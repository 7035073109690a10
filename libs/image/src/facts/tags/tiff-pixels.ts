import type { ImageSource } from '../../source/image-source.js';
import { withTiff } from './tiff-reader.js';

/** Where the parts of a picture lie and how long they are: tiles, or strips (TIFF 6.0, sections 15 and 3). */
const parts = [
  { offsets: 324, byteCounts: 325 },
  { offsets: 273, byteCounts: 279 },
];

/**
 * Whether a TIFF ends before all of its first picture. libtiff reads the tiles that it finds and
 * leaves the rest black, and says nothing. A part of no bytes is not stored on purpose. Unknown if
 * there are more parts than the limit.
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
