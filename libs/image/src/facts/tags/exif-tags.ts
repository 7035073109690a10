import exifr from 'exifr';
import { decodeText } from './tag-text.js';

export type ExifValue = string | number | readonly number[];

/** Tags by their EXIF names. */
export type ExifTags = ReadonlyMap<string, ExifValue>;

export interface ExifBlocks {
  /** IFD0: the camera, and tags written by editors. */
  image: ExifTags;
  /** The EXIF IFD: how the picture was taken. */
  photo: ExifTags;
  gps: ExifTags;
}

/** Larger blocks are skipped: a JPEG holds at most 64 KiB of EXIF, and what exceeds this limit is mostly previews. */
const maxBlockBytes = 262_144;
const maxTags = 500;
export const maxTextBytes = 4_096;
const maxNumbers = 64;

/** Bytes per value by type; 129 is the UTF-8 of EXIF 3. */
export const valueBytes: Readonly<Record<number, number>> = {
  1: 1,
  2: 1,
  3: 2,
  4: 4,
  5: 8,
  6: 1,
  8: 2,
  9: 4,
  10: 8,
  11: 4,
  12: 8,
  129: 1,
};
export const isText = (type: number) => type === 2 || type === 129;

// oxlint-disable-next-line import/no-named-as-default-member -- a CommonJS module: no named import at run time
const { tagKeys } = exifr;
export const photoPointer = 0x8769;
export const gpsPointer = 0x8825;

/**
 * Reads an EXIF block as sharp returns it (TIFF 6.0 and EXIF 3.0, section 4.6). Never fails: skips anything broken or
 * beyond the limits, as well as binary values and unnamed tags. Reads each directory once and follows no chain, so the
 * time is bounded by the block's size; exifr's own reader trusts the counts in the block.
 */
export function readExifTags(block: Buffer | undefined): ExifBlocks {
  const none: ExifBlocks = { image: new Map(), photo: new Map(), gps: new Map() };
  if (!block || block.length > maxBlockBytes) return none;
  const bytes = block.subarray(0, 6).toString('latin1') === 'Exif\0\0' ? block.subarray(6) : block;
  const order = bytes.subarray(0, 2).toString('latin1');
  if (bytes.length < 8 || (order !== 'II' && order !== 'MM')) return none;
  const tiff: Tiff = {
    bytes,
    view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length),
    little: order === 'II',
  };
  const image = readDirectory(tiff, tiff.view.getUint32(4, tiff.little));
  const photo = readDirectory(tiff, image.get(photoPointer));
  const gps = readDirectory(tiff, image.get(gpsPointer));
  return { image: nameTags(image, 'ifd0'), photo: nameTags(photo, 'exif'), gps: nameTags(gps, 'gps') };
}

interface Tiff {
  bytes: Buffer;
  view: DataView;
  little: boolean;
}

function readDirectory({ bytes, view, little }: Tiff, start: ExifValue | undefined): Map<number, ExifValue> {
  const tags = new Map<number, ExifValue>();
  if (typeof start !== 'number' || start < 8 || start + 2 > bytes.length) return tags;
  const fitting = Math.floor((bytes.length - start - 2) / 12);
  const count = Math.min(view.getUint16(start, little), fitting, maxTags);
  for (let entry = start + 2; entry < start + 2 + count * 12; entry += 12) {
    const type = view.getUint16(entry + 2, little);
    const values = view.getUint32(entry + 4, little);
    const length = (valueBytes[type] ?? Infinity) * values;
    const at = length <= 4 ? entry + 8 : view.getUint32(entry + 8, little);
    if (at + length > bytes.length) continue;
    const value = readValue({ bytes, view, little }, type, values, at);
    if (value !== undefined) tags.set(view.getUint16(entry, little), value);
  }
  return tags;
}

function readValue(tiff: Tiff, type: number, count: number, at: number): ExifValue | undefined {
  if (isText(type)) return decodeText(tiff.bytes.subarray(at, at + Math.min(count, maxTextBytes)));
  const size = valueBytes[type] ?? 0;
  // Windows writes texts as bytes of UTF-16, so byte lists may be longer here; `nameTags` recognises them by name.
  if (count === 0 || count > (type === 1 ? maxTextBytes : maxNumbers)) return undefined;
  const numbers = Array.from({ length: count }, (_, index) => readNumber(tiff, type, at + index * size));
  return count === 1 ? numbers[0] : numbers;
}

/** NaN for a fraction with a zero denominator. */
function readNumber({ view, little }: Tiff, type: number, at: number): number {
  switch (type) {
    case 1:
      return view.getUint8(at);
    case 3:
      return view.getUint16(at, little);
    case 4:
      return view.getUint32(at, little);
    case 5:
      return divide(view.getUint32(at, little), view.getUint32(at + 4, little));
    case 6:
      return view.getInt8(at);
    case 8:
      return view.getInt16(at, little);
    case 9:
      return view.getInt32(at, little);
    case 10:
      return divide(view.getInt32(at, little), view.getInt32(at + 4, little));
    case 11:
      return view.getFloat32(at, little);
    default:
      return view.getFloat64(at, little);
  }
}

const divide = (upper: number, lower: number) => (lower === 0 ? NaN : upper / lower);

function nameTags(tags: ReadonlyMap<number, ExifValue>, block: string): ExifTags {
  const names = tagKeys.get(block);
  const named = new Map<string, ExifValue>();
  for (const [tag, value] of tags) {
    const name = names?.get(tag);
    if (name === undefined || tag === photoPointer || tag === gpsPointer) continue;
    const read = name.startsWith('XP') && Array.isArray(value) ? decodeWindowsText(value) : value;
    if (isWhole(read)) named.set(name, read);
  }
  return named;
}

/** Rejects empty texts, long lists of bytes, which are binary, and NaN. */
function isWhole(value: ExifValue): boolean {
  if (typeof value === 'string') return value !== '';
  if (typeof value === 'number') return Number.isFinite(value);
  return value.length <= maxNumbers && value.every((number) => Number.isFinite(number));
}

function decodeWindowsText(bytes: readonly number[]): string {
  return Buffer.from(bytes).toString('utf16le').replaceAll('\0', '').trim();
}
