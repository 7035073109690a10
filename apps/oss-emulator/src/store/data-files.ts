import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, opendir, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ByteRange } from '../wire/byte-range.js';

/** Two hex digits name a folder: a million files are about 4,000 in each. */
const folderNames = Array.from({ length: 256 }, (_, at) => at.toString(16).padStart(2, '0'));

/** Fewer and larger reads than Node's default: half the time for a photo. */
const readAtOnceBytes = 1_048_576;

/** A file, of which the first `sizeBytes` count. */
export interface DataFile {
  readonly name: string;
  readonly sizeBytes: number;
}

interface AppendOptions {
  readonly flush: boolean;
  readonly look: (chunk: Buffer) => void;
}

/** The bytes of objects and parts, in files that never change their name. */
export class DataFiles {
  readonly #folder: string;
  /** How often each file is being read. */
  readonly #readers = new Map<string, number>();
  /** Removed while they were read: they go with their last reader. */
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

  /** Moves a received file here, which keeps its name. @returns the name */
  async take(path: string): Promise<string> {
    const name = basename(path);
    await rename(path, this.pathOf(name));
    return name;
  }

  /** Keeps files readable until the returned function is called, even if they are removed. */
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

  /** Bytes `start` to `end`, both included, of these files one after the other. */
  read(files: readonly DataFile[], range: ByteRange): Readable {
    return Readable.from(this.#pieces(files, range), { objectMode: false });
  }

  async *#pieces(files: readonly DataFile[], { start, end }: ByteRange): AsyncGenerator<Buffer> {
    let position = 0;
    for (const { name, sizeBytes } of files) {
      const from = Math.max(start - position, 0);
      const to = Math.min(end - position, sizeBytes - 1);
      // Without a start, a file is read from where it is: it may be a pipe.
      const options = { ...(from > 0 && { start: from }), end: to, highWaterMark: readAtOnceBytes };
      if (from <= to) yield* createReadStream(this.pathOf(name), options) as AsyncIterable<Buffer>;
      position += sizeBytes;
    }
  }

  /** Writes the received file at `path` into a file from `position` on. @param look sees what passes */
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

  /** Removes the files that are not to be kept, one after another: memory does not grow with them. */
  async sweep(isKept: (name: string) => boolean): Promise<void> {
    for (const folder of folderNames)
      for await (const { name } of await opendir(join(this.#folder, folder)))
        if (!isKept(name)) await this.remove(name);
  }
}
