import { DecoderRefusal } from '../sandbox/decoder-task.ts';

const subDirectories = 0x014a;
/** Bytes per value by TIFF type; entries of other types are skipped. */
const typeBytes: Record<number, number> = { 1: 1, 2: 1, 3: 2, 4: 4, 7: 1, 13: 4 };
const mostDirectories = 64;
const mostValues = 64;

interface Entry {
  values: number[];
  count: number;
  place: number;
}

/** The entries of one directory (IFD) of a TIFF. */
export class Directory {
  readonly #entries = new Map<number, Entry>();

  set(tag: number, entry: Entry): void {
    this.#entries.set(tag, entry);
  }

  /** The values of a tag, at most 64. */
  get(tag: number): readonly number[] | undefined {
    return this.#entries.get(tag)?.values;
  }

  countOf(tag: number): number | undefined {
    return this.#entries.get(tag)?.count;
  }

  /** The offset of a tag's values in the file. */
  placeOf(tag: number): number | undefined {
    return this.#entries.get(tag)?.place;
  }
}

/** Walks the directories of a TIFF-like file, each once and at most 64; skips pointers outside the file. */
export class TiffDirectories {
  readonly #file: Buffer;
  readonly #bigEndian: boolean;

  /** @param order II or MM; by default the file's first two bytes */
  constructor(file: Buffer, order = file.toString('latin1', 0, 2)) {
    if (file.length < 16) throw new DecoderRefusal('media.damaged', 'the header is truncated');
    this.#file = file;
    this.#bigEndian = order === 'MM';
  }

  /** Reads the main directory. */
  readMain(): Directory {
    return this.#readDirectory(this.#read(4, 4)).directory;
  }

  /** Reads the directory at an offset; empty beyond the end of the file. */
  readAt(start: number): Directory {
    return this.#readDirectory(start).directory;
  }

  /** Reads all directories, the main one first. */
  readAll(): Directory[] {
    const places = [this.#read(4, 4)];
    const directories: Directory[] = [];
    for (let index = 0; index < Math.min(places.length, mostDirectories); index++) {
      const start = places[index] ?? 0;
      if (start < 8 || start + 2 > this.#file.length) continue;
      const { directory, next } = this.#readDirectory(start);
      directories.push(directory);
      for (const place of [...(directory.get(subDirectories) ?? []), next]) {
        if (!places.includes(place)) places.push(place);
      }
    }
    return directories;
  }

  #readDirectory(start: number): { directory: Directory; next: number } {
    const directory = new Directory();
    let at = start + 2;
    for (let left = this.#read(start, 2); left > 0 && at + 12 <= this.#file.length; left--, at += 12) {
      const size = typeBytes[this.#read(at + 2, 2)];
      if (!size) continue;
      const count = this.#read(at + 4, 4);
      const place = count * size <= 4 ? at + 8 : this.#read(at + 8, 4);
      const values = Array.from({ length: Math.min(count, mostValues) }, (_, index) =>
        this.#read(place + index * size, size),
      );
      directory.set(this.#read(at, 2), { values, count, place });
    }
    return { directory, next: this.#read(at, 4) };
  }

  /** 0 beyond the end of the file. */
  #read(at: number, bytes: number): number {
    if (at + bytes > this.#file.length) return 0;
    return this.#bigEndian ? this.#file.readUIntBE(at, bytes) : this.#file.readUIntLE(at, bytes);
  }
}
