import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { open, type Database, type RootDatabase } from 'lmdb';
import { DataFiles } from './data-files.js';
import type { BucketRecord } from './bucket-record.js';
import type { StoredObject } from './stored-object.js';
import { Turns } from './turns.js';
import type { StoredPart, UploadRecord } from './upload-record.js';

/** Records by binary key (`record-keys.ts`), in byte order. */
export type Records<T> = Database<T, Buffer>;

/** Where bodies are received, and whether they are flushed to disk before they are used. */
export interface Incoming {
  readonly folder: string;
  readonly flush: boolean;
}

/**
 * A data folder: metadata in LMDB, which names the files that hold the bytes. A file is in place before a transaction
 * names it and is removed after a transaction has dropped its name; files that a crash leaves in between are removed
 * at the next start.
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
  /** Serializes changes that take longer than a transaction. */
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

  /** Opens a named set of records, encoded as JSON rather than MessagePack so that any tool can read them. */
  records<T>(name: string): Records<T> {
    return this.#root.openDB<T, Buffer>({ name, keyEncoding: 'binary', encoding: 'json' });
  }

  /**
   * Opens a data folder.
   * @param dataDir only one process may use it at a time
   * @param flush whether changes are flushed to disk before they are confirmed, and so survive a power loss. Killing
   * the process never loses anything
   */
  static async open(dataDir: string, flush: boolean): Promise<Store> {
    const folder = join(dataDir, 'incoming');
    // Leftovers that were being received when the process died.
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    const data = await DataFiles.open(join(dataDir, 'data'));
    const root = open({ path: join(dataDir, 'metadata'), noSubdir: false, noSync: !flush });
    return new Store(root, data, { folder, flush });
  }

  /** Removes data files that no record names, left behind by a crash. */
  async sweep(): Promise<void> {
    await this.data.sweep((name) => this.#files.doesExist(Buffer.from(name)));
  }

  isInUse(dataFile: string): boolean {
    return this.#files.doesExist(Buffer.from(dataFile));
  }

  /** Marks a file as named by a record. Must run within a transaction. */
  keep(dataFile: string): void {
    void this.#files.put(Buffer.from(dataFile), true);
  }

  /**
   * Runs `work` in a transaction, atomically.
   * @param work reads and writes records, and drops files that no record names any more; may run again
   * @returns its result, once committed
   * @throws its error, in which case nothing has changed
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

  /** Moves a received file into place and runs a transaction that names it. The file is removed on failure. */
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
