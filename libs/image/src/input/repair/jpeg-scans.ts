/** Markers of ITU-T T.81, table B.1. */
const markers = { startOfScan: 0xda, progressiveFrame: 0xc2, firstRestart: 0xd0, lastAlone: 0xd9 };

/**
 * Whether of a progressive JPEG, complete or not, every colour has its averages and its first detail: the scans of both are
 * finished (ITU-T T.81, G.1.1). What comes later sharpens the same picture.
 * @returns null when it is not progressive
 */
export function showsDetail(file: Buffer): boolean | null {
  let colours: readonly number[] | null = null;
  const averages = new Set<number>();
  const detail = new Set<number>();
  let finish = () => {};
  for (const { marker, data } of segmentsOf(file)) {
    finish();
    finish = () => {};
    if (marker === markers.progressiveFrame)
      colours = Array.from({ length: data[5] ?? 0 }, (_, index) => data[6 + 3 * index] ?? -1);
    if (marker !== markers.startOfScan) continue;
    const count = data[0] ?? 0;
    const kind = data[1 + 2 * count] === 0 ? averages : detail;
    const shown = Array.from({ length: count }, (_, index) => data[1 + 2 * index] ?? -1);
    finish = () => shown.forEach((colour) => kind.add(colour));
  }
  return colours && colours.every((colour) => averages.has(colour) && detail.has(colour));
}

/** Yields the segments of a JPEG; skips the entropy-coded data between them. */
function* segmentsOf(file: Buffer): Generator<{ marker: number; data: Buffer }> {
  for (let at = file.indexOf(0xff, 2); at >= 0 && at + 4 <= file.length; at = file.indexOf(0xff, at)) {
    const marker = file.readUInt8(at + 1);
    const isFilling = marker === 0 || marker === 0xff;
    if (isFilling || (marker >= markers.firstRestart && marker <= markers.lastAlone)) {
      at += isFilling && marker === 0xff ? 1 : 2;
      continue;
    }
    const length = file.readUInt16BE(at + 2);
    yield { marker, data: file.subarray(at + 4, at + 2 + length) };
    at += 2 + length;
  }
}
