import { createHash, randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { Crc64, etagOfMd5 } from '#oss';
import type { ByteRange } from '../wire/byte-range.js';
import { refusal } from '../wire/refusals.js';
import { behind, keyPrefix, newestFirst, recordKey } from './record-keys.js';
import { scan, startAfter, type Listed, type Scan } from './scan.js';
import type { Store } from './store.js';
import type { Note, WriteWish } from './object-change.js';
import type { ReceivedFile } from './received-file.js';
import type { NewVersion, ObjectAcl, ObjectFacts, ObjectProperties, StoredObject } from './stored-object.js';

type Drop = (dataFile: string) => void;

/** The outcome of a deletion, as reported in the response. */
export interface Deletion {
  /** The version that was deleted or, with `deleteMarker`, possibly created. */
  readonly versionId: string;
  readonly deleteMarker: boolean;
}

/** The bytes of an object that is being read. */
export interface OpenedBytes {
  readonly read: (range: ByteRange) => Readable;
  readonly close: () => Promise<void>;
}

export interface AppendStart {
  readonly key: string;
  /** The properties of the object; read only if this append creates it. */
  readonly properties: () => ObjectProperties;
  /** The new ACL of the object, if given. */
  readonly acl: ObjectAcl | undefined;
  readonly wish: WriteWish;
}

/** The objects of one bucket, with all their versions. */
export class BucketObjects {
  readonly #store: Store;
  readonly #bucket: string;

  constructor(store: Store, bucket: string) {
    this.#store = store;
    this.#bucket = bucket;
  }

  /** The current version; undefined if it is a delete marker. */
  get(key: string): StoredObject | undefined {
    const newest = this.newest(key);
    return newest?.deleteMarker ? undefined : newest;
  }

  /** The current version, possibly a delete marker. */
  newest(key: string): StoredObject | undefined {
    for (const version of this.#versions(key)) return version;
    return undefined;
  }

  version(key: string, versionId: string): StoredObject | undefined {
    const sequence = sequenceOf(versionId);
    if (sequence !== undefined) {
      const found = this.#store.objects.get(recordKey(this.#bucket, key, newestFirst(sequence)));
      return found?.versionId === versionId ? found : undefined;
    }
    for (const version of this.#versions(key)) if (version.versionId === versionId) return version;
    return undefined;
  }

  /** Whether the bucket holds no version of any object. */
  get isEmpty(): boolean {
    const range = { bucket: this.#bucket, prefix: '', delimiter: '' };
    return scan(this.#store.objects, { ...range, start: startAfter('', range) }).next().done === true;
  }

  /** The files with the bytes of an object; they may be removed at any time. */
  filesOf({ dataFiles }: StoredObject): { path: string; sizeBytes: number }[] {
    return dataFiles.map(({ name, sizeBytes }) => ({ path: this.#store.data.pathOf(name), sizeBytes }));
  }

  /**
   * Opens the bytes of an object, which stay readable until closed. Undefined if the object was replaced or deleted
   * meanwhile and must be looked up again.
   */
  open({ dataFiles }: StoredObject): OpenedBytes | undefined {
    const { data } = this.#store;
    // The files of a record are added and removed together, so checking one suffices.
    const [first] = dataFiles;
    if (first && !this.#store.isInUse(first.name)) return undefined;
    const close = data.hold(dataFiles);
    return { read: (range) => data.read(dataFiles, range), close };
  }

  /**
   * Turns the file at `path` into the current version of `facts.key`. The file is moved, or removed on failure.
   * @throws OssRefusal FileAlreadyExists if the object exists and may not be replaced, NoSuchBucket
   */
  put(path: string, facts: ObjectFacts, wish: WriteWish): Promise<StoredObject> {
    return this.#store.place(path, (name, drop) => {
      const dataFiles = [{ name, sizeBytes: facts.sizeBytes }];
      return this.insert({ ...facts, deleteMarker: false, dataFiles }, wish, drop);
    });
  }

  /** Like `put`, for an object without bytes: a symlink. */
  putEmpty(facts: ObjectFacts, wish: WriteWish): Promise<StoredObject> {
    return this.#store.change((drop) =>
      this.insert({ ...facts, deleteMarker: false, dataFiles: [] }, wish, drop),
    );
  }

  /**
   * Adds the newest version of a key. Must run within a transaction.
   * @throws OssRefusal
   */
  insert(facts: NewVersion, { mayReplace, note }: WriteWish, drop: Drop): StoredObject {
    const { key } = facts;
    const bucket = this.#store.buckets.get(Buffer.from(this.#bucket));
    if (!bucket) throw refusal('NoSuchBucket', { BucketName: this.#bucket });
    const newest = this.newest(key);
    // OSS ignores the request header once a bucket has versioning.
    const refuses = !mayReplace && bucket.versioning === undefined;
    if (refuses && newest && !newest.deleteMarker) throw refusal('FileAlreadyExists', { Key: key });
    const now = Date.now();
    const sequence = Math.max(now * 1000, (newest?.sequence ?? 0) + 1);
    const versionId = bucket.versioning === 'Enabled' ? newVersionId(sequence) : 'null';
    const replaced = versionId === 'null' ? this.version(key, versionId) : undefined;
    if (replaced) this.#erase(replaced, drop);
    const object = { ...facts, versionId, sequence, modifiedAt: new Date(now).toISOString() };
    void this.#store.objects.put(this.#keyOf(object), object);
    note?.({ ...object, deltaBytes: object.sizeBytes - (newest?.sizeBytes ?? 0) });
    return object;
  }

  /**
   * Appends a received file to an appendable object, or creates one. The bytes lie past the object's end until its
   * record counts them, so a crash leaves the object unchanged.
   * @throws OssRefusal PositionNotEqualToLength, ObjectNotAppendable, FileAlreadyExists
   */
  append(file: ReceivedFile, position: number, start: AppendStart): Promise<StoredObject> {
    const turn = recordKey(this.#bucket, start.key, Buffer.from('append')).toString('latin1');
    return this.#store.turns.take(turn, () => this.#append(file, position, start));
  }

  async #append(file: ReceivedFile, position: number, start: AppendStart): Promise<StoredObject> {
    const { key, wish, properties, acl } = start;
    const { sizeBytes, crc64 } = file;
    const old = this.get(key);
    if (!wish.mayReplace && old) throw refusal('FileAlreadyExists', { Key: key });
    const [oldFile] = old?.dataFiles ?? [];
    if (old && (old.type !== 'Appendable' || !oldFile)) throw refusal('ObjectNotAppendable', { Key: key });
    if (position !== (old?.sizeBytes ?? 0))
      throw refusal('PositionNotEqualToLength', { Position: String(old?.sizeBytes ?? 0) });
    if (!old || !oldFile) {
      const sums = { sizeBytes, crc64, etag: file.etag, contentMd5: null };
      const first = { ...properties(), ...sums, key, type: 'Appendable', deleteMarker: false } as const;
      return this.#store.place(file.path, (name, drop) => {
        // The object was created meanwhile by something other than an append, which would wait for its turn.
        if (this.get(key)) throw refusal('ObjectNotAppendable', { Key: key });
        return this.insert(
          { ...first, dataFiles: [{ name, sizeBytes }] },
          { ...wish, mayReplace: true },
          drop,
        );
      });
    }
    const crc = Crc64.after(old.crc64);
    const { flush } = this.#store.incoming;
    await this.#store.data.append(oldFile.name, position, file.path, {
      flush,
      look: (chunk) => void crc.update(chunk),
    });
    const appended = {
      ...(acl && { acl }),
      sizeBytes: position + sizeBytes,
      dataFiles: [{ ...oldFile, sizeBytes: position + sizeBytes }],
      crc64: crc.digest(),
      // Not the MD5 of the whole object, which OSS does not promise either.
      etag: etagOfMd5(createHash('md5').update(old.etag).update(file.etag).digest()),
      modifiedAt: new Date().toISOString(),
    };
    const object = await this.update(old, (current) => {
      wish.note?.({ key, etag: appended.etag, sizeBytes: appended.sizeBytes, deltaBytes: sizeBytes });
      return { ...current, ...appended };
    });
    // The object was replaced meanwhile.
    if (!object) return this.#append(file, position, start);
    // Its bytes were copied, not moved.
    await rm(file.path, { force: true });
    return object;
  }

  /**
   * Deletes the current version: permanently without versioning, otherwise by adding a delete marker. Without
   * versioning, does nothing if the object does not exist.
   */
  delete(key: string, note?: Note): Promise<Deletion> {
    return this.#store.change((drop) => {
      const bucket = this.#store.buckets.get(Buffer.from(this.#bucket));
      const current = this.newest(key);
      if (current && !current.deleteMarker) note?.({ ...current, deltaBytes: -current.sizeBytes });
      if (bucket?.versioning !== undefined) {
        const { versionId } = this.insert(deleteMarkerOf(key), { mayReplace: true }, drop);
        return { versionId, deleteMarker: true };
      }
      if (current) this.#erase(current, drop);
      return { versionId: 'null', deleteMarker: false };
    });
  }

  /** Deletes one version permanently; does nothing if it does not exist. */
  deleteVersion(key: string, versionId: string, note?: Note): Promise<Deletion> {
    return this.#store.change((drop) => {
      const version = this.version(key, versionId);
      if (version) {
        this.#erase(version, drop);
        note?.({ ...version, deltaBytes: -version.sizeBytes });
      }
      return { versionId, deleteMarker: version?.deleteMarker ?? false };
    });
  }

  /**
   * Changes the record of a version atomically, for instance its ACL.
   * @returns the changed record; undefined if the version no longer exists, in which case nothing changes
   */
  update(
    object: StoredObject,
    change: (current: StoredObject) => StoredObject,
  ): Promise<StoredObject | undefined> {
    return this.#store.change(() => {
      const current = this.#store.objects.get(this.#keyOf(object));
      if (current?.versionId !== object.versionId) return undefined;
      const changed = change(current);
      void this.#store.objects.put(this.#keyOf(object), changed);
      return changed;
    });
  }

  /** Current versions after the key or common prefix `after`, in key order. */
  list(after: string, wish: Pick<Scan, 'prefix' | 'delimiter'>): Generator<Listed<StoredObject>> {
    const range = { ...wish, bucket: this.#bucket, currentOnly: true };
    return scan(this.#store.objects, { ...range, start: startAfter(after, range) });
  }

  /**
   * All versions, by key and then newest first.
   * @param after the last version seen; without a version id, all versions of that key have been seen
   */
  listVersions(
    after: { readonly key: string; readonly versionId: string | undefined },
    wish: Pick<Scan, 'prefix' | 'delimiter'>,
  ): Generator<Listed<StoredObject>> {
    const range = { ...wish, bucket: this.#bucket };
    const { key, versionId } = after;
    const sequence =
      versionId === undefined ? undefined : (sequenceOf(versionId) ?? this.version(key, versionId)?.sequence);
    const start =
      sequence === undefined
        ? startAfter(key, range)
        : behind(recordKey(this.#bucket, key, newestFirst(sequence)));
    return scan(this.#store.objects, { ...range, start });
  }

  *#versions(key: string): Generator<StoredObject> {
    const start = keyPrefix(this.#bucket, key);
    for (const { value } of this.#store.objects.getRange({ start, end: behind(start) })) yield value;
  }

  #erase(version: StoredObject, drop: Drop): void {
    void this.#store.objects.remove(this.#keyOf(version));
    for (const { name } of version.dataFiles) drop(name);
  }

  #keyOf({ key, sequence }: StoredObject): Buffer {
    return recordKey(this.#bucket, key, newestFirst(sequence));
  }
}

/** 64 characters, like OSS's own ids; encodes the sequence by which the version is found. */
function newVersionId(sequence: number): string {
  return `CAEQ${sequence.toString(16).padStart(14, '0')}${randomBytes(23).toString('hex')}`;
}

function sequenceOf(versionId: string): number | undefined {
  const [, hex] = /^CAEQ([0-9a-f]{14})/.exec(versionId) ?? [];
  const sequence = Number.parseInt(hex ?? '', 16);
  return Number.isSafeInteger(sequence) ? sequence : undefined;
}

const deleteMarkerOf = (key: string) =>
  ({
    key,
    deleteMarker: true,
    dataFiles: [],
    type: 'Normal',
    sizeBytes: 0,
    etag: '',
    crc64: '0',
    contentMd5: null,
    mimeType: '',
    headers: {},
    acl: 'default',
    storageClass: 'Standard',
    tags: [],
    encryption: {},
  }) as const;
