import type { Metadata } from 'sharp';
import { cameraOf } from './camera-of.js';
import { isIcon } from './is-icon.js';
import { isTarga } from './is-targa.js';
import type { DecoderName } from '../decoders/sandbox/decoder-task.js';

interface FormatName {
  /** The name used in the facts. */
  readonly name: string;
  readonly mimeType: string;
  /** Matches the start of a file, as Latin-1 text or as bytes. */
  readonly begins: RegExp | ((start: Buffer) => boolean);
}

/** A format that libvips reads. */
interface OwnFormat extends FormatName {
  /** The libvips loader class that stays enabled. */
  readonly loader: string;
  readonly matches: (metadata: Metadata) => boolean;
}

/** A format that a decoder converts to one that libvips reads. */
interface DecodedFormat extends FormatName {
  readonly decoder: DecoderName;
}

const own = (name: string, loader: string, begins: RegExp): OwnFormat => ({
  name,
  mimeType: `image/${name}`,
  begins,
  loader,
  matches: ({ format }) => format === name,
});

const decoder = (
  decoderName: DecoderName,
  mimeType: string,
  begins: DecodedFormat['begins'],
  name: string = decoderName,
): DecodedFormat => ({ name, mimeType, begins, decoder: decoderName });

/**
 * XML comments and processing instructions. Each ends at its first terminator; otherwise a sequence of them could be
 * split in many ways and cause catastrophic backtracking.
 */
const misc = String.raw`(<!--((?!-->)[^])*-->\s*|<\?((?!\?>)[^])*\?>\s*)*`;
/** An XML document with the root svg, optionally preceded by comments, instructions and a DOCTYPE with entities. */
const svgStart = new RegExp(
  String.raw`^(\xef\xbb\xbf)?\s*${misc}(<!DOCTYPE\s+(svg:)?svg[^>[]*(\[[^]*?\]\s*)?>\s*${misc})?<(svg:)?svg[\s>]`,
);

const camera = (name: string, begins: RegExp | ((start: Buffer) => boolean)): DecodedFormat => ({
  ...decoder('raw', `image/x-${name}`, begins),
  name: name.replace(/^.*-/, ''),
});

/** Formats that libvips reads. Only AVIF of the HEIF family: the prebuilt libvips has no HEVC decoder. */
export const inputFormats: readonly OwnFormat[] = [
  own('jpeg', 'VipsForeignLoadJpeg', /^\xff\xd8\xff/),
  own('png', 'VipsForeignLoadPng', /^\x89PNG\r\n/),
  own('webp', 'VipsForeignLoadWebp', /^RIFF[^]{4}WEBP/),
  own('gif', 'VipsForeignLoadNsgif', /^GIF8[79]a/),
  own('tiff', 'VipsForeignLoadTiff', /^(II[*+]\0|MM\0[*+])/),
  {
    ...own('avif', 'VipsForeignLoadHeif', /^[^]{4}ftyp(avi[fs]|m[is]f1[^]{4}([^]{4}){0,8}?avi[fs])/),
    matches: ({ format, compression }) => format === 'heif' && compression === 'av1',
  },
];

/** Two magic bytes are weak evidence, so the length of the second header is checked too. */
const isBmp = (start: Buffer): boolean =>
  start.toString('latin1', 0, 2) === 'BM' &&
  start.length > 18 &&
  [12, 16, 40, 52, 56, 64, 108, 124].includes(start.readUInt32LE(14));

/** All readable formats. The first match wins, so TIFF-like camera formats come before TIFF, and AVIF before other HEIF. */
const allFormats: readonly (OwnFormat | DecodedFormat)[] = [
  camera('canon-cr2', /^II\*\0[^]{4}CR/),
  camera('canon-cr3', /^[^]{4}ftypcrx /),
  camera('olympus-orf', /^(IIR[OS][^]\0\0\0|MMOR\0\0\0)/),
  camera('panasonic-rw2', /^IIU\0/),
  camera('fujifilm-raf', /^FUJIFILMCCD-RAW /),
  camera('adobe-dng', (start) => cameraOf(start) === 'dng'),
  camera('nikon-nef', (start) => cameraOf(start) === 'nikon'),
  camera('sony-arw', (start) => cameraOf(start) === 'sony'),
  camera('pentax-pef', (start) => cameraOf(start) === 'pentax'),
  ...inputFormats,
  decoder('heif', 'image/heic', /^[^]{4}ftyp(he[iv][cxms]|m[is]f1[^]{4}([^]{4}){0,8}?he[iv][cxms])/, 'heic'),
  decoder('heif', 'image/heif', /^[^]{4}ftypm[is]f1/),
  decoder('bmp', 'image/bmp', isBmp),
  // A bare codestream, or a container of boxes (ISO/IEC 18181-2, 9.1).
  decoder('jxl', 'image/jxl', /^(\xff\n|\0\0\0\fJXL \r\n\x87\n)/),
  // The file format, or a bare codestream (ISO/IEC 15444-1, I.5.1 and A.2).
  decoder('jp2', 'image/jp2', /^(\0\0\0\fjP {2}\r\n\x87\n|\xff\x4f\xff\x51)/),
  decoder('psd', 'image/vnd.adobe.photoshop', /^8BPS\0[^]\0{6}/),
  decoder('ico', 'image/x-icon', isIcon),
  decoder('pdf', 'application/pdf', /^(\xef\xbb\xbf)?\s{0,64}%PDF-/),
  decoder('svg', 'image/svg+xml', svgStart),
  decoder('tga', 'image/x-tga', isTarga),
];

/** Bytes from the start of a file that suffice to detect its format. */
export const formatStartBytes = 16_384;

/** Detects the format of a file from its first bytes; undefined if it is unsupported. */
export function findFormat(start: Buffer): OwnFormat | DecodedFormat | undefined {
  const text = start.toString('latin1');
  return allFormats.find(({ begins }) => (begins instanceof RegExp ? begins.test(text) : begins(start)));
}

/** The MIME type of a readable picture by its first bytes; undefined for any other file. */
export function readableType(start: Uint8Array): string | undefined {
  return findFormat(Buffer.from(start.buffer, start.byteOffset, start.length))?.mimeType;
}

/** The supported formats, for error messages. */
export const readFormats =
  'a JPEG, PNG, WebP, AVIF, GIF, TIFF, HEIC, JPEG XL, JPEG 2000, BMP, ICO, TGA, Photoshop, SVG or PDF file, or a camera RAW file with a preview';
