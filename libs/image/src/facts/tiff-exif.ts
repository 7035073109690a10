import { open } from 'node:fs/promises';
import { LandfallError } from '#runtime';
import type { ImageSource } from '../renditions/image-source.js';
import { valueBytes, isText, maxTextBytes, photoPointer, gpsPointer } from './exif-tags.js';

/**
 * Tags of the main directory that tell of the picture, as EXIF has them. All others say how its pixels are stored, or where
 * on a map they lie.
 */
const imageTags = new Set([
  0x010e, 0x010f, 0x0110, 0x0112, 0x011a, 0x011b, 0x0128, 0x0131, 0x0132, 0x013b, 0x013c, 0x4746, 0x8298,
  0x9c9b, 0x9c9c, 0x9c9d, 0x9c9e, 0x9c9f,
]);
/** Types of BigTIFF of eight bytes: a number, a directory. The older one of a directory has four. */
const [longOffset, longDirectory, directory] = [16, 18, 13];
const maxEntries = 1_000;
/** All values together: the block stays smaller than the largest that is read. */
const maxBytes = 131_072;

interface Entry {
  tag: number;
  type: number;
  count: number;
  bytes: Buffer;
}

/**
 * Gathers what a TIFF says of its picture into an EXIF block as other formats carry one: a TIFF is built as such a block
 * is, but its directories and values lie anywhere in the file. Classic and BigTIFF (TIFF 6.0, section 2; EXIF 3.0, section
 * 4.6). Reads three directories, each once, and never beyond the file; what is broken is left out.
 * Fails with internal.unexpected when the file cannot be read at all.
 */
export async function gatherTiffExif(source: ImageSource): Promise<Buffer | undefined> {
  if (typeof source !== 'string') {
    return gather({ sizeBytes: source.length, read: async (at, length) => source.subarray(at, at + length) });
  }
  const file = await open(source).catch((cause: unknown) => {
    throw new LandfallError('internal.unexpected', undefined, { cause });
  });
  try {
    const { size: sizeBytes } = await file.stat();
    return await gather({
      sizeBytes,
      read: async (at, length) => (await file.read(Buffer.alloc(length), 0, length, at)).buffer,
    });
  } finally {
    await file.close();
  }
}

interface Source {
  sizeBytes: number;
  read: (at: number, length: number) => Promise<Buffer>;
}

async function gather(source: Source): Promise<Buffer | undefined> {
  if (source.sizeBytes < 16) return undefined;
  const header = await source.read(0, 16);
  const tiff = new TiffReader(source, header);
  const main = await tiff.readDirectory(tiff.firstDirectory(header));
  const below = async (pointer: number) =>
    tiff.readDirectory(tiff.placeIn(main.find(({ tag }) => tag === pointer)));
  const image = main.filter(({ tag }) => imageTags.has(tag));
  return writeBlock(tiff.little, image, await below(photoPointer), await below(gpsPointer));
}

class TiffReader {
  readonly little: boolean;
  readonly #source: Source;
  /** BigTIFF: counts and places have eight bytes. */
  readonly #big: boolean;
  #bytesLeft = maxBytes;

  constructor(source: Source, header: Buffer) {
    this.#source = source;
    this.little = header.toString('latin1', 0, 2) === 'II';
    this.#big = this.#number(header, 2, 2) === 43;
  }

  firstDirectory(header: Buffer): number {
    return this.#big ? this.#number(header, 8, 8) : this.#number(header, 4, 4);
  }

  /** Where the directory lies that an entry points to; 0 for none. */
  placeIn(entry: Entry | undefined): number {
    if (entry?.count !== 1) return 0;
    return entry.bytes.length === 8 || entry.bytes.length === 4
      ? this.#number(entry.bytes, 0, entry.bytes.length)
      : 0;
  }

  async readDirectory(start: number): Promise<Entry[]> {
    const [countBytes, entryBytes] = this.#big ? [8, 20] : [2, 12];
    const head = start < 8 ? undefined : await this.#readWhole(start, countBytes);
    if (!head) return [];
    const at = start + countBytes;
    const fitting = Math.floor((this.#source.sizeBytes - at) / entryBytes);
    const count = Math.min(this.#number(head, 0, countBytes), fitting, maxEntries);
    const rows = (await this.#readWhole(at, count * entryBytes)) ?? Buffer.alloc(0);
    const entries: Entry[] = [];
    for (let row = 0; (row + 1) * entryBytes <= rows.length; row++) {
      const entry = await this.#readEntry(rows.subarray(row * entryBytes, (row + 1) * entryBytes));
      if (entry) entries.push(entry);
    }
    return entries;
  }

  async #readEntry(row: Buffer): Promise<Entry | undefined> {
    const wordBytes = this.#big ? 8 : 4;
    const type = this.#number(row, 2, 2);
    const told = this.#number(row, 4, wordBytes);
    const count = isText(type) ? Math.min(told, maxTextBytes) : told;
    const length = (bytesOf(type) ?? Infinity) * count;
    const value = 4 + wordBytes;
    if (length === 0 || length > maxTextBytes || length > this.#bytesLeft) return undefined;
    // Cut short, a text still lies where all of it does.
    const isInside = (bytesOf(type) ?? Infinity) * told <= wordBytes;
    const bytes = isInside
      ? row.subarray(value, value + length)
      : await this.#readWhole(this.#number(row, value, wordBytes), length);
    if (!bytes) return undefined;
    this.#bytesLeft -= length;
    return { tag: this.#number(row, 0, 2), type, count, bytes };
  }

  /** Undefined beyond the end of the file. */
  async #readWhole(at: number, length: number): Promise<Buffer | undefined> {
    return at + length > this.#source.sizeBytes ? undefined : this.#source.read(at, length);
  }

  #number(bytes: Buffer, at: number, length: number): number {
    if (length === 8) return Number(this.little ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at));
    return this.little ? bytes.readUIntLE(at, length) : bytes.readUIntBE(at, length);
  }
}

function bytesOf(type: number): number | undefined {
  if (type === directory) return 4;
  return type === longOffset || type === longDirectory ? 8 : valueBytes[type];
}

/** An EXIF block: the main directory, those of the camera and of the place below it, then the values of all. */
function writeBlock(little: boolean, image: Entry[], photo: Entry[], gps: Entry[]): Buffer {
  const number = (value: number, length: number) => {
    const bytes = Buffer.alloc(length);
    if (little) bytes.writeUIntLE(value, 0, length);
    else bytes.writeUIntBE(value, 0, length);
    return bytes;
  };
  const sizeOf = (entries: readonly Entry[]) => 2 + entries.length * 12 + 4;
  const photoAt = 8 + sizeOf(image) + 24;
  const gpsAt = photoAt + sizeOf(photo);
  const pointer = (tag: number, at: number): Entry => ({ tag, type: 4, count: 1, bytes: number(at, 4) });
  const main = [...image, pointer(photoPointer, photoAt), pointer(gpsPointer, gpsAt)];
  const values: Buffer[] = [];
  let valueAt = gpsAt + sizeOf(gps);
  const place = (bytes: Buffer): Buffer => {
    if (bytes.length <= 4) return Buffer.concat([bytes, Buffer.alloc(4 - bytes.length)]);
    values.push(bytes);
    valueAt += bytes.length;
    return number(valueAt - bytes.length, 4);
  };
  const write = (entries: readonly Entry[]) => {
    const rows = entries.map(({ tag, type, count, bytes }) =>
      Buffer.concat([number(tag, 2), number(type, 2), number(count, 4), place(bytes)]),
    );
    return Buffer.concat([number(entries.length, 2), ...rows, number(0, 4)]);
  };
  const directories = [main, photo, gps].map(write);
  return Buffer.concat([
    Buffer.from(little ? 'II' : 'MM'),
    number(42, 2),
    number(8, 4),
    ...directories,
    ...values,
  ]);
}
