/** Markers of ITU-T T.81, table B.1. */
export const jpegMarkers = {
  baselineFrame: 0xc0,
  extendedFrame: 0xc1,
  progressiveFrame: 0xc2,
  huffmanTables: 0xc4,
  firstRestart: 0xd0,
  lastRestart: 0xd7,
  startOfImage: 0xd8,
  endOfImage: 0xd9,
  startOfScan: 0xda,
  quantizationTables: 0xdb,
  restartInterval: 0xdd,
  firstApplication: 0xe0,
  adobe: 0xee,
  lastApplication: 0xef,
  comment: 0xfe,
} as const;

const { firstRestart, lastRestart, startOfImage, endOfImage } = jpegMarkers;

/** A segment of a JPEG. */
export interface JpegSegment {
  readonly marker: number;
  /** The content after the length field; empty for the end of the image. */
  readonly data: Buffer;
  /** Offsets in the file, from the marker to the end of the segment. */
  readonly start: number;
  readonly end: number;
}

/** Yields the segments of a JPEG, possibly truncated; skips the entropy-coded data between them. */
export function* readJpegSegments(file: Buffer): Generator<JpegSegment> {
  for (let at = file.indexOf(0xff, 2); at >= 0 && at + 2 <= file.length; at = file.indexOf(0xff, at)) {
    const marker = file.readUInt8(at + 1);
    if (marker === 0xff) {
      at += 1;
    } else if (marker === endOfImage) {
      yield { marker, data: file.subarray(at + 2, at + 2), start: at, end: at + 2 };
      at += 2;
    } else if (marker === 0 || marker === startOfImage || (marker >= firstRestart && marker <= lastRestart)) {
      at += 2;
    } else {
      if (at + 4 > file.length) return;
      const end = at + 2 + file.readUInt16BE(at + 2);
      yield { marker, data: file.subarray(at + 4, end), start: at, end };
      at = end;
    }
  }
}
