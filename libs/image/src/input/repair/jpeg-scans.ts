import { jpegMarkers, readJpegSegments } from '../../decoders/containers/jpeg-segments.js';

/**
 * Whether a progressive JPEG, possibly truncated, contains for every component its complete DC scan and its first
 * complete AC scan (ITU-T T.81, G.1.1). Later scans only refine the picture.
 * @returns null if the JPEG is not progressive
 */
export function showsDetail(file: Buffer): boolean | null {
  let colours: readonly number[] | null = null;
  const averages = new Set<number>();
  const detail = new Set<number>();
  let finish = () => {};
  for (const { marker, data } of readJpegSegments(file)) {
    finish();
    finish = () => {};
    if (marker === jpegMarkers.progressiveFrame)
      colours = Array.from({ length: data[5] ?? 0 }, (_, index) => data[6 + 3 * index] ?? -1);
    if (marker !== jpegMarkers.startOfScan) continue;
    const count = data[0] ?? 0;
    const kind = data[1 + 2 * count] === 0 ? averages : detail;
    const shown = Array.from({ length: count }, (_, index) => data[1 + 2 * index] ?? -1);
    finish = () => shown.forEach((colour) => kind.add(colour));
  }
  return colours && colours.every((colour) => averages.has(colour) && detail.has(colour));
}
