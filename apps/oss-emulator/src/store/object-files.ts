import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { readJsonFile, writeJsonFile } from './json-file.js';
import { refusal } from '../wire/refusals.js';
import type { StoredObject } from './stored-object.js';
import { Turns } from './turns.js';

type ObjectFacts = Omit<StoredObject, 'dataFile' | 'modifiedAt'>;

/**
 * The objects of one bucket on disk. Bytes are in separate files; a JSON sidecar, named by the hash
 * of the key, names the current file: renaming the sidecar changes the object atomically. An index
 * in memory answers reads and listings.
 */
export class ObjectFiles {
  readonly #folder: string;
  readonly #objects = new Map<string, StoredObject>();
  /** Serialized by key: memory and disk must agree on the last change. */
  readonly #turns = new Turns();
  #sorted: { key: string; bytes: Buffer }[] | undefined;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Opens the folder and reads its sidecars; removes files that no sidecar names, which a crash
   * left behind.
   */
  static async open(folder: string): Promise<ObjectFiles> {
    await mkdir(folder, { recursive: true });
    const files = new ObjectFiles(folder);
    const names = await readdir(folder);
    for (const name of names.filter((name) => name.endsWith('.json'))) {
      const object = await readJsonFile<StoredObject>(join(folder, name));
      files.#objects.set(object.key, object);
    }
    const kept = new Set([...files.#objects.values()].map(({ dataFile }) => dataFile));
    const left = names.filter((name) => !name.endsWith('.json') && !kept.has(name));
    await Promise.all(left.map((name) => rm(join(folder, name), { force: true })));
    return files;
  }

  get(key: string): StoredObject | undefined {
    return this.#objects.get(key);
  }

  get count(): number {
    return this.#objects.size;
  }

  /** Path of the bytes of an object. */
  pathOf(object: StoredObject): string {
    return join(this.#folder, object.dataFile);
  }

  /**
   * Opens the bytes of an object; undefined if it was replaced or deleted meanwhile and must be
   * looked up again.
   */
  async open(object: StoredObject): Promise<FileHandle | undefined> {
    try {
      return await open(this.pathOf(object));
    } catch (error) {
      if (this.#objects.get(object.key) === object) throw error;
      return undefined;
    }
  }

  /**
   * Turns the file at `path` into the object `facts.key`. The file is gone afterwards in any case.
   * @throws OssRefusal FileAlreadyExists if there is one that may not be replaced
   */
  async put(path: string, facts: ObjectFacts, mayReplace: boolean): Promise<StoredObject> {
    try {
      return await this.#turns.take(facts.key, () => this.#place(path, facts, mayReplace));
    } finally {
      await rm(path, { force: true });
    }
  }

  async #place(path: string, facts: ObjectFacts, mayReplace: boolean): Promise<StoredObject> {
    if (!mayReplace && this.#objects.has(facts.key)) throw refusal('FileAlreadyExists', { Key: facts.key });
    const dataFile = `${randomUUID()}.data`;
    const object = { ...facts, dataFile, modifiedAt: new Date().toISOString() };
    await rename(path, this.pathOf(object));
    await writeJsonFile(this.#sidecarOf(object.key), object);
    const old = this.#objects.get(object.key);
    this.#objects.set(object.key, object);
    if (old) await rm(this.pathOf(old), { force: true });
    else this.#sorted = undefined;
    return object;
  }

  /** Does nothing if there is no such object. */
  delete(key: string): Promise<void> {
    return this.#turns.take(key, () => this.#remove(key));
  }

  async #remove(key: string): Promise<void> {
    const object = this.#objects.get(key);
    if (!object) return;
    this.#objects.delete(key);
    this.#sorted = undefined;
    await rm(this.#sidecarOf(key), { force: true });
    await rm(this.pathOf(object), { force: true });
  }

  /** All keys in the order of their UTF-8 bytes (JavaScript's own order differs beyond the basic plane). */
  sortedKeys(): readonly { key: string; bytes: Buffer }[] {
    this.#sorted ??= [...this.#objects.keys()]
      .map((key) => ({ key, bytes: Buffer.from(key) }))
      .sort((left, right) => Buffer.compare(left.bytes, right.bytes));
    return this.#sorted;
  }

  #sidecarOf(key: string): string {
    return join(this.#folder, `${createHash('sha256').update(key).digest('hex')}.json`);
  }
}
