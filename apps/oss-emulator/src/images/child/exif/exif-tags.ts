import { exifNames } from './exif-names.ts';

/** Longer values (maker notes, comments) are skipped, as are directories with more entries. */
const maxValueBytes = 1_024;
const maxEntries = 512;

/** Bytes per value, by EXIF type number. */
const typeBytes: Readonly<Record<number, number>> = {
  1: 1, // BYTE
  2: 1, // ASCII
  3: 2, // SHORT
  4: 4, // LONG
  5: 8, // RATIONAL
  7: 1, // UNDEFINED
  9: 4, // SLONG
  10: 8, // SRATIONAL
};

/** The directories that tags of `image` point to. */
const pointers = { 0x8769: 'photo', 0x8825: 'gps' } as const;

/** Hemispheres as OSS writes them. */
const hemispheres: Readonly<Record<string, string>> = { N: 'North', S: 'South', E: 'East', W: 'West' };

/**
 * Reads EXIF tags with OSS's names and values: numbers as they are, rationals as fractions, coordinates in degrees.
 * Malformed entries are skipped.
 */
export function readExifTags(exif: Buffer): Record<string, string> {
  const start = exif.toString('latin1', 0, 4) === 'Exif' ? 6 : 0;
  const data = exif.subarray(start);
  const order = data.toString('latin1', 0, 2);
  if (data.length < 8 || (order !== 'II' && order !== 'MM')) return {};
  const reader = new ExifReader(data, order === 'II');
  const next = reader.readDirectory(reader.uint(4, 4), 'image');
  // IFD1 describes the thumbnail, except for the tags that give its location.
  if (next) reader.readDirectory(next, 'image');
  return reader.tags;
}

class ExifReader {
  readonly tags: Record<string, string> = {};
  readonly #data: Buffer;
  readonly #littleEndian: boolean;

  constructor(data: Buffer, littleEndian: boolean) {
    this.#data = data;
    this.#littleEndian = littleEndian;
  }

  /** Reads an unsigned integer; 0 beyond the end. */
  uint(at: number, bytes: number): number {
    if (at + bytes > this.#data.length) return 0;
    return this.#littleEndian ? this.#data.readUIntLE(at, bytes) : this.#data.readUIntBE(at, bytes);
  }

  /** @returns the offset of the next directory; 0 if there is none */
  readDirectory(start: number, name: keyof typeof exifNames): number {
    const count = this.uint(start, 2);
    if (start === 0 || count > maxEntries) return 0;
    for (let i = 0; i < count; i++) this.#readEntry(start + 2 + 12 * i, name);
    return this.uint(start + 2 + 12 * count, 4);
  }

  #readEntry(at: number, directory: keyof typeof exifNames): void {
    const tag = this.uint(at, 2);
    const name = exifNames[directory][tag];
    if (name === undefined) return;
    const type = this.uint(at + 2, 2);
    const count = this.uint(at + 4, 4);
    const each = typeBytes[type];
    if (each === undefined || count === 0 || each * count > maxValueBytes) return;
    const start = each * count <= 4 ? at + 8 : this.uint(at + 8, 4);
    if (start + each * count > this.#data.length) return;
    // The first occurrence of a tag wins.
    this.tags[name] ??= this.#valueOf(name, type, start, count);
    if (directory === 'image' && (tag === 0x8769 || tag === 0x8825))
      this.readDirectory(this.uint(start, 4), pointers[tag]);
  }

  #valueOf(name: string, type: number, start: number, count: number): string {
    if (type === 2) {
      const [text = ''] = this.#data.toString('utf8', start, start + count).split('\0');
      return name.endsWith('itudeRef') ? (hemispheres[text] ?? text) : text.trimEnd();
    }
    const each = typeBytes[type] ?? 1;
    const values = Array.from({ length: count }, (_, i) => start + i * each);
    if (name === 'GPSLatitude' || name === 'GPSLongitude') return this.#degrees(values);
    return values.map((at) => this.#number(at, type)).join(' ');
  }

  #number(at: number, type: number): string {
    if (type === 5) return `${this.uint(at, 4)}/${this.uint(at + 4, 4)}`;
    if (type === 10) return `${this.uint(at, 4) | 0}/${this.uint(at + 4, 4) | 0}`;
    if (type === 9) return String(this.uint(at, 4) | 0);
    return String(this.uint(at, typeBytes[type] ?? 1));
  }

  /** Formats such as `30deg 16' 26.4" `; trailing zero units are omitted. */
  #degrees(places: readonly number[]): string {
    const parts = places.slice(0, 3).map((at) => this.uint(at, 4) / (this.uint(at + 4, 4) || 1));
    const units = ['deg', "'", '"'];
    const last = Math.max(
      0,
      parts.findLastIndex((part) => part !== 0),
    );
    const texts = parts.slice(0, last + 1).map((part, i) => `${Math.round(part * 1000) / 1000}${units[i]} `);
    return texts.join('');
  }
}
