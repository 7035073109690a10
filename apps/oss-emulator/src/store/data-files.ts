import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, opendir, rename, rm, type FileHandle } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** Two hex digits name a folder: a million files are about 4,000 in each. */
const folderNames = Array.from({ length: 256 }, (_, at) => at.toString(16).padStart(2, '0'));

interface AppendOptions {
  readonly flush: boolean;
  readonly look: (chunk: Buffer) => void;
}

/** The bytes of objects and parts, in files that never change their name. */
export class DataFiles {
  readonly #folder: string;

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

  open(name: string): Promise<FileHandle> {
    return open(this.pathOf(name));
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
    await rm(this.pathOf(name), { force: true });
  }

  /** Removes the files that are not to be kept, one after another: memory does not grow with them. */
  async sweep(isKept: (name: string) => boolean): Promise<void> {
    for (const folder of folderNames)
      for await (const { name } of await opendir(join(this.#folder, folder)))
        if (!isKept(name)) await this.remove(name);
  }
}
