import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, opendir, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ByteRange } from '../wire/byte-range.js';

/** Files are spread over 256 folders, so that a million files make about 4,000 per folder. */
const folderNames = Array.from({ length: 256 }, (_, at) => at.toString(16).padStart(2, '0'));

/** Fewer and larger reads than Node's default: half the time for a photo. */
const readAtOnceBytes = 1_048_576;

/** A file of which only the first `sizeBytes` count. */
export interface DataFile {
  readonly name: string;
  readonly sizeBytes: number;
}

interface AppendOptions {
  readonly flush: boolean;
  readonly look: (chunk: Buffer) => void;
}

/** The bytes of objects and parts, in files that are never renamed. */
export class DataFiles {
  readonly #folder: string;
  /** Number of readers per file. */
  readonly #readers = new Map<string, number>();
  /** Files removed while being read; deleted when the last reader closes them. */
  readonly #leaving = new Set<string>();

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async open(folder: string): Promise<DataFiles> {
    for (const name of folderNames) await mkdir(join(folder, name), { recursive: true });
    return new DataFiles(folder);
  }

  pathOf(name: string): string {
    return join(this.#folder, name.slice(0, 2), name);
  }

  /**
   * Moves a received file here.
   * @returns its name, which stays the same
   */
  async take(path: string): Promise<string> {
    const name = basename(path);
    await rename(path, this.pathOf(name));
    return name;
  }

  /** Keeps files readable, even if they are removed, until the returned function is called. */
  hold(files: readonly DataFile[]): () => Promise<void> {
    for (const { name } of files) this.#readers.set(name, (this.#readers.get(name) ?? 0) + 1);
    return async () => {
      for (const { name } of files) {
        const left = (this.#readers.get(name) ?? 1) - 1;
        if (left > 0) this.#readers.set(name, left);
        else {
          this.#readers.delete(name);
          if (this.#leaving.delete(name)) await this.remove(name);
        }
      }
    };
  }

  /** Reads bytes `start` to `end`, inclusive, of the concatenated files. */
  read(files: readonly DataFile[], range: ByteRange): Readable {
    return Readable.from(this.#pieces(files, range), { objectMode: false });
  }

  async *#pieces(files: readonly DataFile[], { start, end }: ByteRange): AsyncGenerator<Buffer> {
    let position = 0;
    for (const { name, sizeBytes } of files) {
      const from = Math.max(start - position, 0);
      const to = Math.min(end - position, sizeBytes - 1);
      // Without a start position, the file is read sequentially, which also works for a pipe.
      const options = { ...(from > 0 && { start: from }), end: to, highWaterMark: readAtOnceBytes };
      if (from <= to) yield* createReadStream(this.pathOf(name), options) as AsyncIterable<Buffer>;
      position += sizeBytes;
    }
  }

  /** Writes the received file at `path` into a data file, starting at `position`. `options.look` sees each chunk. */
  async append(name: string, position: number, path: string, options: AppendOptions): Promise<void> {
    const sink = createWriteStream(this.pathOf(name), {
      flags: 'r+',
      start: position,
      flush: options.flush,
    });
    await pipeline(
      createReadStream(path),
      async function* (chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) {
          options.look(chunk);
          yield chunk;
        }
      },
      sink,
    );
  }

  async remove(name: string): Promise<void> {
    if (this.#readers.has(name)) this.#leaving.add(name);
    else await rm(this.pathOf(name), { force: true });
  }

  /** Removes all files that `isKept` rejects, one at a time, so that memory use is constant. */
  async sweep(isKept: (name: string) => boolean): Promise<void> {
    for (const folder of folderNames)
      for await (const { name } of await opendir(join(this.#folder, folder)))
        if (!isKept(name)) await this.remove(name);
  }
}
