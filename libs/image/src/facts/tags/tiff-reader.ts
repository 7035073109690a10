import { open } from 'node:fs/promises';
import { LandfallError } from '#runtime';
import type { ImageSource } from '../../source/image-source.js';
import { isText, maxTextBytes, valueBytes } from './exif-tags.js';

/** BigTIFF types of eight bytes: a number (LONG8) and a directory (IFD8). The older directory type (IFD) has four. */
const [longOffset, longDirectory, directory] = [16, 18, 13];
/** Bytes per value of the integer types: SHORT, LONG and BigTIFF's LONG8. */
const wholeNumberBytes: Readonly<Record<number, number>> = { 3: 2, 4: 4, 16: 8 };
const maxEntries = 1_000;
/** Limit for all values together, which keeps the block below the largest size that is read. */
const maxBytes = 131_072;

export interface TiffEntry {
  tag: number;
  type: number;
  count: number;
  bytes: Buffer;
}

interface Source {
  sizeBytes: number;
  read: (at: number, length: number) => Promise<Buffer>;
}

/**
 * Opens a TIFF-like file. Fails with internal.unexpected if the file cannot be read.
 * @returns undefined if the file is too short
 */
export async function withTiff<T>(
  source: ImageSource,
  use: (tiff: TiffReader) => Promise<T>,
): Promise<T | undefined> {
  if (typeof source !== 'string') {
    return useTiff(
      { sizeBytes: source.length, read: async (at, length) => source.subarray(at, at + length) },
      use,
    );
  }
  const file = await open(source).catch((cause: unknown) => {
    throw new LandfallError('internal.unexpected', undefined, { cause });
  });
  try {
    const { size: sizeBytes } = await file.stat();
    const read = async (at: number, length: number) =>
      (await file.read(Buffer.alloc(length), 0, length, at)).buffer;
    return await useTiff({ sizeBytes, read }, use);
  } finally {
    await file.close();
  }
}

async function useTiff<T>(source: Source, use: (tiff: TiffReader) => Promise<T>): Promise<T | undefined> {
  return source.sizeBytes < 16 ? undefined : use(new TiffReader(source, await source.read(0, 16)));
}

/** Reads directories of a TIFF or BigTIFF (TIFF 6.0, section 2), never beyond the end of the file; skips broken entries. */
export class TiffReader {
  readonly little: boolean;
  readonly #source: Source;
  readonly #header: Buffer;
  /** BigTIFF: counts and offsets have eight bytes. */
  readonly #big: boolean;
  #bytesLeft = maxBytes;

  constructor(source: Source, header: Buffer) {
    this.#source = source;
    this.#header = header;
    this.little = header.toString('latin1', 0, 2) === 'II';
    this.#big = this.#number(header, 2, 2) === 43;
  }

  get sizeBytes(): number {
    return this.#source.sizeBytes;
  }

  /** Reads the directory of the first picture. */
  readMain(): Promise<TiffEntry[]> {
    const at = this.#big ? this.#number(this.#header, 8, 8) : this.#number(this.#header, 4, 4);
    return this.readDirectory(at);
  }

  /** The values of an integer entry; empty for any other type. */
  numbersOf(entry: TiffEntry | undefined): number[] {
    const bytes = entry && wholeNumberBytes[entry.type];
    if (!bytes) return [];
    return Array.from({ length: entry.count }, (_, at) => this.#number(entry.bytes, at * bytes, bytes));
  }

  /** The offset of the directory that an entry points to; 0 if there is none. */
  placeIn(entry: TiffEntry | undefined): number {
    if (entry?.count !== 1) return 0;
    return entry.bytes.length === 8 || entry.bytes.length === 4
      ? this.#number(entry.bytes, 0, entry.bytes.length)
      : 0;
  }

  async readDirectory(start: number): Promise<TiffEntry[]> {
    const [countBytes, entryBytes] = this.#big ? [8, 20] : [2, 12];
    const head = start < 8 ? undefined : await this.#readWhole(start, countBytes);
    if (!head) return [];
    const at = start + countBytes;
    const fitting = Math.floor((this.#source.sizeBytes - at) / entryBytes);
    const count = Math.min(this.#number(head, 0, countBytes), fitting, maxEntries);
    const rows = (await this.#readWhole(at, count * entryBytes)) ?? Buffer.alloc(0);
    const entries: TiffEntry[] = [];
    for (let row = 0; (row + 1) * entryBytes <= rows.length; row++) {
      const entry = await this.#readEntry(rows.subarray(row * entryBytes, (row + 1) * entryBytes));
      if (entry) entries.push(entry);
    }
    return entries;
  }

  async #readEntry(row: Buffer): Promise<TiffEntry | undefined> {
    const wordBytes = this.#big ? 8 : 4;
    const type = this.#number(row, 2, 2);
    const reported = this.#number(row, 4, wordBytes);
    const count = isText(type) ? Math.min(reported, maxTextBytes) : reported;
    const length = (bytesOf(type) ?? Infinity) * count;
    const value = 4 + wordBytes;
    if (length === 0 || length > maxTextBytes || length > this.#bytesLeft) return undefined;
    // A truncated text is still stored where the whole text is.
    const isInside = (bytesOf(type) ?? Infinity) * reported <= wordBytes;
    const bytes = isInside
      ? row.subarray(value, value + length)
      : await this.#readWhole(this.#number(row, value, wordBytes), length);
    if (!bytes) return undefined;
    this.#bytesLeft -= length;
    return { tag: this.#number(row, 0, 2), type, count, bytes };
  }

  /** Undefined if the range extends beyond the end of the file. */
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
