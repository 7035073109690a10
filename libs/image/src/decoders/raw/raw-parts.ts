import type { Directory } from '../containers/tiff-directories.ts';

/** The position of a possible JPEG in a camera file. */
export interface Part {
  at: number;
  sizeBytes: number;
}

/** Tags of TIFF 6.0, TIFF/EP and DNG; the last is Panasonic's own. */
export const tags = {
  compression: 0x0103,
  stripAt: 0x0111,
  orientation: 0x0112,
  stripBytes: 0x0117,
  jpegAt: 0x0201,
  jpegBytes: 0x0202,
  panasonicJpeg: 0x002e,
};
const jpegCompressions = new Set([6, 7]);

/** The possible JPEGs that a TIFF directory points to. */
export function partsOf(directory: Directory): Part[] {
  const number = (tag: number) => directory.get(tag)?.[0];
  const parts = [
    partOf(number(tags.jpegAt), number(tags.jpegBytes)),
    partOf(directory.placeOf(tags.panasonicJpeg), directory.countOf(tags.panasonicJpeg)),
  ];
  if (jpegCompressions.has(number(tags.compression) ?? 0) && directory.countOf(tags.stripAt) === 1) {
    parts.push(partOf(number(tags.stripAt), number(tags.stripBytes)));
  }
  return parts.flat();
}

/** Empty unless both numbers are present and not 0. */
export function partOf(at: number | undefined, sizeBytes: number | undefined): Part[] {
  return at && sizeBytes ? [{ at, sizeBytes }] : [];
}
