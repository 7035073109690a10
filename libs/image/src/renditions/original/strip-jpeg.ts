import { jpegMarkers, readJpegSegments } from '../../decoders/containers/jpeg-segments.js';

const marks = jpegMarkers;

/** Frames that browsers decode: no arithmetic coding, no lossless JPEG. */
const frames: ReadonlySet<number> = new Set([
  marks.baselineFrame,
  marks.extendedFrame,
  marks.progressiveFrame,
]);
/** Other segments needed for decoding. */
const tables: ReadonlySet<number> = new Set([
  marks.huffmanTables,
  marks.quantizationTables,
  marks.restartInterval,
]);

const startOfImage = Buffer.from([0xff, marks.startOfImage]);
const endOfImage = Buffer.from([0xff, marks.endOfImage]);
/** JFIF 1.01 without density or thumbnail (ITU-T T.871, 10.1); means that the colours are YCbCr. */
const jfif = Buffer.from('ffe000104a46494600010100000100010000', 'hex');

/**
 * Strips a JPEG to its picture: tables, frame and scans unchanged, and one segment that defines the colours. A
 * single-scan picture ends after that scan, even if more scans follow.
 * @returns null if it has segments that browsers do not support, or bytes outside any segment
 */
export function stripJpeg(file: Buffer): Buffer | null {
  const parts: Buffer[] = [];
  let colours: Buffer = jfif;
  let [hasJfif, isProgressive, components] = [false, false, 0];
  let scan: { readonly isWhole: boolean } | null = null;
  let next = startOfImage.length;
  for (const { marker, data, start, end } of readJpegSegments(file)) {
    if (scan) parts.push(file.subarray(next, start));
    else if (start !== next) return null;
    if (marker === marks.endOfImage || scan?.isWhole)
      return Buffer.concat([startOfImage, colours, ...parts, endOfImage]);
    scan = null;
    next = end;
    if (isMetadata(marker)) {
      hasJfif ||= marker === marks.firstApplication && startsWith(data, 'JFIF\0');
      // Decoders ignore Adobe's segment if there is a JFIF segment.
      colours = hasJfif ? jfif : (readAdobe(marker, data) ?? colours);
      continue;
    }
    if (frames.has(marker)) {
      isProgressive = marker === marks.progressiveFrame;
      components = data[5] ?? 0;
    } else if (marker === marks.startOfScan) {
      scan = { isWhole: !isProgressive && data[0] === components };
    } else if (!tables.has(marker)) return null;
    parts.push(file.subarray(start, end));
  }
  return null;
}

function isMetadata(marker: number): boolean {
  return marker === marks.comment || (marker >= marks.firstApplication && marker <= marks.lastApplication);
}

/** Rebuilds Adobe's segment with only its colour transform (ITU-T T.872, 6.5.3). */
function readAdobe(marker: number, data: Buffer): Buffer | null {
  if (marker !== marks.adobe || !startsWith(data, 'Adobe') || data.length < 12) return null;
  return Buffer.concat([Buffer.from('ffee000e41646f6265006400000000', 'hex'), data.subarray(11, 12)]);
}

function startsWith(data: Buffer, text: string): boolean {
  return data.toString('latin1', 0, text.length) === text;
}
