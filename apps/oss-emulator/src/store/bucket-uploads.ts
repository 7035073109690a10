import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { refusal } from '../wire/refusals.js';
import type { ReceivedFile } from './received-file.js';
import { behind, partKey, recordKey } from './record-keys.js';
import { scan, startAfter, type Listed } from './scan.js';
import type { Store } from './store.js';
import type { NewVersion, ObjectFacts, ObjectProperties, StoredObject } from './stored-object.js';
import type { StoredPart, UploadRecord } from './upload-record.js';

type Drop = (dataFile: string) => void;

/** The multipart uploads of one bucket. */
export class BucketUploads {
  readonly #store: Store;
  readonly #bucket: string;

  constructor(store: Store, bucket: string) {
    this.#store = store;
    this.#bucket = bucket;
  }

  /** The upload if it belongs to this key. */
  get(uploadId: string, key: string): UploadRecord | undefined {
    // An id of any other form could be too long for a key.
    return isUploadId(uploadId) ? this.#store.uploads.get(this.#keyOf({ uploadId, key })) : undefined;
  }

  get isEmpty(): boolean {
    return this.list('', '', { prefix: '', delimiter: '' }).next().done === true;
  }

  /**
   * Uploads by key, then by start.
   * @param uploadId the last one seen of key `after`; empty if all of that key were
   */
  list(
    after: string,
    uploadId: string,
    wish: { readonly prefix: string; readonly delimiter: string },
  ): Generator<Listed<UploadRecord>> {
    const range = { ...wish, bucket: this.#bucket };
    const start = isUploadId(uploadId)
      ? behind(this.#keyOf({ uploadId, key: after }))
      : startAfter(after, range);
    return scan(this.#store.uploads, { ...range, start });
  }

  /** @throws OssRefusal NoSuchBucket */
  start(key: string, properties: ObjectProperties): Promise<UploadRecord> {
    const now = Date.now();
    const uploadId = newUploadId(now);
    const upload = { ...properties, key, uploadId, initiatedAt: new Date(now).toISOString() };
    return this.#store.change(() => {
      if (!this.#store.buckets.doesExist(Buffer.from(this.#bucket)))
        throw refusal('NoSuchBucket', { BucketName: this.#bucket });
      void this.#store.uploads.put(this.#keyOf(upload), upload);
      return upload;
    });
  }

  part({ uploadId }: UploadRecord, partNumber: number): StoredPart | undefined {
    return this.#store.parts.get(partKey(uploadId, partNumber));
  }

  /** The parts behind number `after`, in ascending order. */
  *parts({ uploadId }: UploadRecord, after = 0): Generator<StoredPart> {
    const range = { start: partKey(uploadId, after + 1), end: behind(partKey(uploadId, 0xff_ff)) };
    for (const { value } of this.#store.parts.getRange(range)) yield value;
  }

  /**
   * Stores a received file as part `partNumber`, replacing an earlier one. The file is gone
   * afterwards if that fails.
   * @throws OssRefusal NoSuchUpload
   */
  putPart(upload: UploadRecord, partNumber: number, file: ReceivedFile): Promise<StoredPart> {
    const { path, sizeBytes, etag, crc64 } = file;
    const facts = { partNumber, sizeBytes, etag, crc64, modifiedAt: new Date().toISOString() };
    return this.#store.turns.take(upload.uploadId, () =>
      this.#store.place(path, (dataFile, drop) => {
        this.#check(upload);
        const old = this.part(upload, partNumber);
        if (old) drop(old.dataFile);
        const part = { ...facts, dataFile };
        void this.#store.parts.put(partKey(upload.uploadId, partNumber), part);
        return part;
      }),
    );
  }

  /** The concatenated bytes of these parts. */
  read(parts: readonly StoredPart[]): Readable {
    const { data } = this.#store;
    return Readable.from(
      (async function* () {
        for (const { dataFile } of parts) yield* createReadStream(data.pathOf(dataFile));
      })(),
      { objectMode: false },
    );
  }

  /**
   * Turns an upload into an object, in one transaction. Its parts stay unchanged until then.
   * @param join writes the bytes of the object into a file
   * @param insert adds the object, within the transaction
   * @throws OssRefusal NoSuchUpload; the error of `join` or `insert`, after which the upload stays
   */
  complete(
    upload: UploadRecord,
    join: () => Promise<{ readonly path: string; readonly facts: ObjectFacts }>,
    insert: (facts: NewVersion, drop: Drop) => StoredObject,
  ): Promise<StoredObject> {
    return this.#store.turns.take(upload.uploadId, async () => {
      this.#check(upload);
      const { path, facts } = await join();
      return this.#store.place(path, (dataFile, drop) => {
        this.#check(upload);
        this.#erase(upload, drop);
        return insert({ ...facts, deleteMarker: false, dataFile }, drop);
      });
    });
  }

  /** Removes an upload and its parts. @throws OssRefusal NoSuchUpload */
  abort(upload: UploadRecord): Promise<void> {
    return this.#store.turns.take(upload.uploadId, () =>
      this.#store.change((drop) => {
        this.#check(upload);
        this.#erase(upload, drop);
      }),
    );
  }

  /** It may have ended since it was found, during the turns of others. */
  #check({ uploadId, key }: UploadRecord): void {
    if (!this.get(uploadId, key)) throw refusal('NoSuchUpload', { UploadId: uploadId });
  }

  #erase(upload: UploadRecord, drop: Drop): void {
    // Collected first: a cursor does not like what it stands on to be removed.
    const parts = [...this.parts(upload)];
    for (const { partNumber, dataFile } of parts) {
      void this.#store.parts.remove(partKey(upload.uploadId, partNumber));
      drop(dataFile);
    }
    void this.#store.uploads.remove(this.#keyOf(upload));
  }

  #keyOf({ key, uploadId }: Pick<UploadRecord, 'key' | 'uploadId'>): Buffer {
    return recordKey(this.#bucket, key, Buffer.from(uploadId));
  }
}

const isUploadId = (text: string) => /^[0-9A-F]{32}$/.test(text);

/** Begins with the time, so that uploads of a key are listed in the order of their start. */
function newUploadId(nowMs: number): string {
  return `${nowMs.toString(16).padStart(12, '0')}${randomBytes(10).toString('hex')}`.toUpperCase();
}
