import type { ErrorCode, WarningCode } from '#runtime';

/**
 * The messages between a decoder thread and the thread that started it. A decoder reads a format
 * that libvips does not read, in a thread of its own.
 */
export type DecoderTask = FileTask | TextTask;

interface FileTask {
  decoder: DecoderName;
  /** The upload's file. */
  file: string;
  /** Where the picture goes, as a file that libvips reads. */
  output: string;
  maxPixels: number;
}

/** The text of a watermark, which is drawn as the text of an SVG is. */
export interface TextTask {
  decoder: 'text';
  text: string;
  /** '#rrggbb' */
  color: string;
  /** Pixels: it is drawn as large as fits into this. */
  room: { width: number; height: number };
}

export type DecoderName = 'heif' | 'svg' | 'bmp' | 'pdf' | 'raw' | 'jxl' | 'jp2' | 'ico' | 'tga' | 'psd';

/** Facts of the original that differ in the converted file. */
export interface ReportedFacts {
  /** Pixels as they are shown; of a drawing its own size, which is not that of the file made from it. */
  width?: number;
  height?: number;
  /** Pages. */
  frames?: number;
}

/** What a decoder gives: pixels, or a file that libvips reads. */
export type DecodedPicture = ({ pixels: Pixels } | { encoded: Uint8Array }) & {
  reported: ReportedFacts;
  warnings?: readonly WarningCode[];
};

export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly channels: 3 | 4;
  /** From the start of a row to that of the next. */
  readonly rowBytes: number;
  readonly data: Uint8Array;
  /** Codes of primaries and transfer curve (ITU-T H.273), without a profile. */
  readonly cicp?: readonly [primaries: number, transfer: number] | undefined;
  /** ICC profile. */
  readonly icc?: Uint8Array | undefined;
  /** EXIF block, from its TIFF header on, upright. */
  readonly exif?: Uint8Array | undefined;
  /** XMP packet. */
  readonly xmp?: Uint8Array | undefined;
}

export interface DecoderDone {
  reported: ReportedFacts;
  warnings: readonly WarningCode[];
  /** The PNG of a text; any other picture is in the file that the task names. */
  encoded?: Uint8Array;
}

export type DecoderAnswer =
  | DecoderDone
  /** `reason` is the decoder's own text: for the log only. */
  | { code: ErrorCode; detail: string; reason: string };

/** Most that a decoder takes for the upload's file, its decoder and the pixels together: enough for a HEIC of 48 megapixels. */
export const decoderBytes = 416 * 1024 ** 2;
/** JavaScript's heap in a decoder's thread, the young generation included. */
export const decoderHeapMiB = { old: 64, young: 16 };
/** What a decoder takes of the process all in all: with the heap, and with what a thread itself needs. */
export const decoderThreadBytes = decoderBytes + 96 * 1024 ** 2;

/** What of a decoder's memory a file of this size leaves. */
export function bytesBeside(fileBytes: number): number {
  if (fileBytes < decoderBytes) return decoderBytes - fileBytes;
  throw new DecoderRefusal('media.too_complex', `send a file of less than ${decoderBytes} bytes`);
}

/** A decoder's own word on why it does not read a file. */
export class DecoderRefusal extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, detail: string) {
    super(detail);
    this.code = code;
  }
}

/** Refuses a picture from its header, before its pixels take memory. */
export function refuseTooMany(width: number, height: number, maxPixels: number): void {
  if (width * height <= maxPixels) return;
  throw new DecoderRefusal(
    'media.too_many_pixels',
    `it has ${width} × ${height} pixels; the limit is ${maxPixels} in total`,
  );
}

/** Longest side, in pixels, at which a drawing (SVG, PDF) is rendered: larger than any usual rendition. */
const drawingSide = 2048;

/** How often a drawing of this size is enlarged, so that its longest side is `drawingSide` or its pixels are the limit. */
export function drawingScale(width: number, height: number, maxPixels: number): number {
  return Math.min(drawingSide / Math.max(width, height), Math.sqrt(maxPixels / (width * height)));
}
