import type { ErrorCode, WarningCode } from '#runtime';

/** A task for a decoder thread: decodes a format that libvips does not read, or draws a text. */
export type DecoderTask = FileTask | TextTask;

interface FileTask {
  decoder: DecoderName;
  /** The upload's file. */
  file: string;
  /** Path of the converted file, in a format that libvips reads. */
  output: string;
  maxPixels: number;
}

/** A watermark text, drawn like the text of an SVG. */
export interface TextTask {
  decoder: 'text';
  text: string;
  /** '#rrggbb' */
  color: string;
  /** Pixels; the text is drawn as large as fits. */
  room: { width: number; height: number };
}

export type DecoderName = 'heif' | 'svg' | 'bmp' | 'pdf' | 'raw' | 'jxl' | 'jp2' | 'ico' | 'tga' | 'psd';

/** Facts of the original that differ in the converted file. */
export interface ReportedFacts {
  /** Displayed size in pixels; for a drawing its intrinsic size, which differs from that of the converted file. */
  width?: number;
  height?: number;
  /** Number of pages or frames. */
  frames?: number;
}

/** The output of a decoder: pixels, or a file that libvips reads. */
export type DecodedPicture = ({ pixels: Pixels } | { encoded: Uint8Array }) & {
  reported: ReportedFacts;
  warnings?: readonly WarningCode[];
};

export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly channels: 3 | 4;
  /** Bytes from the start of one row to the next. */
  readonly rowBytes: number;
  readonly data: Uint8Array;
  /** Codes of primaries and transfer curve (ITU-T H.273), if there is no profile. */
  readonly cicp?: readonly [primaries: number, transfer: number] | undefined;
  /** ICC profile. */
  readonly icc?: Uint8Array | undefined;
  /** EXIF block starting at its TIFF header, with upright orientation. */
  readonly exif?: Uint8Array | undefined;
  /** XMP packet. */
  readonly xmp?: Uint8Array | undefined;
}

export interface DecoderDone {
  reported: ReportedFacts;
  warnings: readonly WarningCode[];
  /** The PNG of a text; any other picture is written to the file named in the task. */
  encoded?: Uint8Array;
}

export type DecoderAnswer =
  | DecoderDone
  /** `reason` is the decoder's own message, for the log only. */
  | { code: ErrorCode; detail: string; reason: string };

/** Memory limit of a decoder for the upload's file, the decoder itself and the pixels: enough for a 48-megapixel HEIC. */
export const decoderBytes = 416 * 1024 ** 2;
/** JavaScript heap limits of a decoder thread; the young generation counts in addition to the old one. */
export const decoderHeapMiB = { old: 64, young: 16 };
/** Total memory of a decoder thread: `decoderBytes`, the heap, and the thread itself. */
export const decoderThreadBytes = decoderBytes + 96 * 1024 ** 2;

/** The part of a decoder's memory limit that remains for a file of this size. Throws media.too_complex if none does. */
export function bytesBeside(fileBytes: number): number {
  if (fileBytes < decoderBytes) return decoderBytes - fileBytes;
  throw new DecoderRefusal('media.too_complex', `send a file of less than ${decoderBytes} bytes`);
}

/** An error by which a decoder refuses a file; `detail` is public. */
export class DecoderRefusal extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, detail: string) {
    super(detail);
    this.code = code;
  }
}

/** Refuses a picture by the size in its header, before its pixels are allocated. */
export function refuseTooMany(width: number, height: number, maxPixels: number): void {
  if (width * height <= maxPixels) return;
  throw new DecoderRefusal(
    'media.too_many_pixels',
    `it has ${width} × ${height} pixels; the limit is ${maxPixels} in total`,
  );
}

/** Longest side, in pixels, at which a drawing (SVG, PDF) is rendered; larger than common renditions. */
const drawingSide = 2048;

/** The scale at which the longest side of a drawing is `drawingSide`, or smaller if it would exceed `maxPixels`. */
export function drawingScale(width: number, height: number, maxPixels: number): number {
  return Math.min(drawingSide / Math.max(width, height), Math.sqrt(maxPixels / (width * height)));
}
