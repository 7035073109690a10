import { createHash, randomBytes } from 'node:crypto';
import { refusal } from '../wire/refusals.js';
import type { Note } from './object-change.js';
import type { ReceivedFile } from './received-file.js';
import type { DataFile } from './data-files.js';
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

  /** The upload, if it exists and belongs to this key. */
  get(uploadId: string, key: string): UploadRecord | undefined {
    // An id of any other form might make the record key too long.
    return isUploadId(uploadId) ? this.#store.uploads.get(this.#keyOf({ uploadId, key })) : undefined;
  }

  get isEmpty(): boolean {
    return this.list('', '', { prefix: '', delimiter: '' }).next().done === true;
  }

  /**
   * Uploads ordered by key, then by start.
   * @param uploadId the last upload seen of the key `after`; empty if all of that key have been seen
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
  start(key: string, properties: ObjectProperties, sequential: boolean, note?: Note): Promise<UploadRecord> {
    const now = Date.now();
    const uploadId = newUploadId(now);
    const upload = { ...properties, key, uploadId, sequential, initiatedAt: new Date(now).toISOString() };
    return this.#store.change(() => {
      if (!this.#store.buckets.doesExist(Buffer.from(this.#bucket)))
        throw refusal('NoSuchBucket', { BucketName: this.#bucket });
      void this.#store.uploads.put(this.#keyOf(upload), upload);
      note?.({ key, etag: '', sizeBytes: 0, deltaBytes: 0 });
      return upload;
    });
  }

  part({ uploadId }: UploadRecord, partNumber: number): StoredPart | undefined {
    return this.#store.parts.get(partKey(uploadId, partNumber));
  }

  /** The parts with a number greater than `after`, in ascending order. */
  *parts({ uploadId }: UploadRecord, after = 0): Generator<StoredPart> {
    const range = { start: partKey(uploadId, after + 1), end: behind(partKey(uploadId, 0xff_ff)) };
    for (const { value } of this.#store.parts.getRange(range)) yield value;
  }

  /**
   * Stores a received file as part `partNumber`, replacing an earlier one. The file is removed on failure.
   * @throws OssRefusal NoSuchUpload
   */
  putPart(upload: UploadRecord, partNumber: number, file: ReceivedFile, note?: Note): Promise<StoredPart> {
    const { path, sizeBytes, etag, crc64 } = file;
    const facts = { partNumber, sizeBytes, etag, crc64, modifiedAt: new Date().toISOString() };
    return this.#store.turns.take(upload.uploadId, () =>
      this.#store.place(path, (dataFile, drop) => {
        this.#check(upload);
        const old = this.part(upload, partNumber);
        if (old) drop(old.dataFile);
        const part = { ...facts, dataFile };
        void this.#store.parts.put(partKey(upload.uploadId, partNumber), part);
        note?.({ key: upload.key, etag, sizeBytes, deltaBytes: sizeBytes });
        return part;
      }),
    );
  }

  /**
   * Turns an upload into an object in one transaction. The files of its parts become those of the object, so the cost
   * does not grow with its size, except that a sequential upload is read once to compute its MD5.
   * @param choose returns the parts and the facts of the object that they form
   * @param insert adds the object, within the transaction
   * @throws OssRefusal NoSuchUpload; the error of `choose` or `insert`, after which the upload remains
   */
  complete(
    upload: UploadRecord,
    choose: () => { readonly parts: readonly StoredPart[]; readonly facts: Omit<ObjectFacts, 'contentMd5'> },
    insert: (facts: NewVersion, drop: Drop) => StoredObject,
  ): Promise<StoredObject> {
    return this.#store.turns.take(upload.uploadId, async () => {
      this.#check(upload);
      // Parts change only within a turn, so these stay the same until this one ends.
      const { parts, facts } = choose();
      const dataFiles = parts.map(({ dataFile, sizeBytes }) => ({ name: dataFile, sizeBytes }));
      const contentMd5 = upload.sequential ? await this.#md5Of(dataFiles, facts.sizeBytes) : null;
      return this.#store.change((drop) => {
        this.#erase(upload, drop, new Set(dataFiles.map(({ name }) => name)));
        return insert({ ...facts, contentMd5, deleteMarker: false, dataFiles }, drop);
      });
    });
  }

  /** Removes an upload and its parts. @throws OssRefusal NoSuchUpload */
  abort(upload: UploadRecord, note?: Note): Promise<void> {
    return this.#store.turns.take(upload.uploadId, () =>
      this.#store.change((drop) => {
        this.#check(upload);
        this.#erase(upload, drop);
        note?.({ key: upload.key, etag: '', sizeBytes: 0, deltaBytes: 0 });
      }),
    );
  }

  async #md5Of(files: readonly DataFile[], sizeBytes: number): Promise<string> {
    const md5 = createHash('md5');
    const bytes = this.#store.data.read(files, { start: 0, end: sizeBytes - 1 });
    for await (const chunk of bytes as AsyncIterable<Buffer>) md5.update(chunk);
    return md5.digest('base64');
  }

  /** The upload may have been completed or aborted since it was looked up, while this change waited for its turn. */
  #check({ uploadId, key }: UploadRecord): void {
    if (!this.get(uploadId, key)) throw refusal('NoSuchUpload', { UploadId: uploadId });
  }

  /** @param kept names of files to keep */
  #erase(upload: UploadRecord, drop: Drop, kept?: ReadonlySet<string>): void {
    // Collected first, because the cursor must not be modified while it is iterated.
    const parts = [...this.parts(upload)];
    for (const { partNumber, dataFile } of parts) {
      void this.#store.parts.remove(partKey(upload.uploadId, partNumber));
      if (!kept?.has(dataFile)) drop(dataFile);
    }
    void this.#store.uploads.remove(this.#keyOf(upload));
  }

  #keyOf({ key, uploadId }: Pick<UploadRecord, 'key' | 'uploadId'>): Buffer {
    return recordKey(this.#bucket, key, Buffer.from(uploadId));
  }
}

const isUploadId = (text: string) => /^[0-9A-F]{32}$/.test(text);

/** Starts with the time, so that the uploads of a key are listed in the order of their start. */
function newUploadId(nowMs: number): string {
  return `${nowMs.toString(16).padStart(12, '0')}${randomBytes(10).toString('hex')}`.toUpperCase();
}
