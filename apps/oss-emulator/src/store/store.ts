import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { open, type Database, type RootDatabase } from 'lmdb';
import { DataFiles } from './data-files.js';
import type { BucketRecord } from './bucket-record.js';
import type { StoredObject } from './stored-object.js';
import { Turns } from './turns.js';
import type { StoredPart, UploadRecord } from './upload-record.js';

/** Records by binary keys (`record-keys.ts`), in the order of their bytes. */
export type Records<T> = Database<T, Buffer>;

/** Where bodies are received, and whether they are on the disk before they count. */
export interface Incoming {
  readonly folder: string;
  readonly flush: boolean;
}

/**
 * A data folder: metadata in LMDB, bytes in files beside it, which metadata names. A file is in its
 * place before a transaction names it, and removed after one has dropped its name; whatever a crash
 * left between is removed at the next start.
 */
export class Store {
  readonly #root: RootDatabase;
  readonly buckets: Records<BucketRecord>;
  /** All versions of all objects; the first of a key is the current one. */
  readonly objects: Records<StoredObject>;
  readonly uploads: Records<UploadRecord>;
  readonly parts: Records<StoredPart>;
  /** Names of the data files in use. */
  readonly #files: Records<true>;
  readonly data: DataFiles;
  readonly incoming: Incoming;
  /** Serialize what takes longer than a transaction. */
  readonly turns = new Turns();

  private constructor(root: RootDatabase, data: DataFiles, incoming: Incoming) {
    this.#root = root;
    this.data = data;
    this.incoming = incoming;
    this.buckets = this.records('buckets');
    this.objects = this.records('objects');
    this.uploads = this.records('uploads');
    this.parts = this.records('parts');
    this.#files = this.records('files');
  }

  /** Records with a name; JSON rather than MessagePack: any tool can read it. */
  records<T>(name: string): Records<T> {
    return this.#root.openDB<T, Buffer>({ name, keyEncoding: 'binary', encoding: 'json' });
  }

  /**
   * @param dataDir only one process may use it at a time
   * @param flush whether changes are on the disk before they are confirmed: what survives a loss of
   *   power. Killing the process never loses anything
   */
  static async open(dataDir: string, flush: boolean): Promise<Store> {
    const folder = join(dataDir, 'incoming');
    // These files were being received when the process died.
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    const data = await DataFiles.open(join(dataDir, 'data'));
    const root = open({ path: join(dataDir, 'metadata'), noSubdir: false, noSync: !flush });
    return new Store(root, data, { folder, flush });
  }

  /** Removes the data files that no record names, which a crash left. */
  async sweep(): Promise<void> {
    await this.data.sweep((name) => this.#files.doesExist(Buffer.from(name)));
  }

  isInUse(dataFile: string): boolean {
    return this.#files.doesExist(Buffer.from(dataFile));
  }

  /** Within a transaction: a record names this file now. */
  keep(dataFile: string): void {
    void this.#files.put(Buffer.from(dataFile), true);
  }

  /**
   * Runs `work` in a transaction, which is all or nothing.
   * @param work reads and writes records; may run again, and drops files that no record names any more
   * @returns its result, once committed
   * @throws its error; then nothing has changed
   */
  async change<T>(work: (drop: (dataFile: string) => void) => T): Promise<T> {
    const dropped: string[] = [];
    const done = await this.#root.childTransaction(() => {
      dropped.length = 0;
      return work((dataFile) => {
        void this.#files.remove(Buffer.from(dataFile));
        dropped.push(dataFile);
      });
    });
    if (this.incoming.flush) await this.#root.flushed;
    for (const name of dropped) await this.data.remove(name);
    return done;
  }

  /**
   * Moves a received file into its place and runs a transaction that names it. The file is gone
   * afterwards if that fails.
   */
  async place<T>(path: string, work: (dataFile: string, drop: (file: string) => void) => T): Promise<T> {
    const dataFile = await this.data.take(path);
    try {
      return await this.change((drop) => {
        this.keep(dataFile);
        return work(dataFile, drop);
      });
    } catch (error) {
      await this.data.remove(dataFile);
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#root.close();
  }
}
