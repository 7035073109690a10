import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { readJsonFile, writeJsonFile } from './json-file.js';
import type { ReceivedFile } from './received-file.js';
import { refusal } from '../wire/refusals.js';
import { Turns } from './turns.js';

/** One uploaded part. */
export interface StoredPart {
  readonly partNumber: number;
  readonly sizeBytes: number;
  readonly etag: string;
  readonly crc64: string;
  readonly modifiedAt: string;
}

/**
 * A multipart upload that is neither completed nor aborted. The properties of the object are fixed
 * when it starts.
 */
export interface MultipartUpload {
  /** 32 hex digits, upper-case. */
  readonly uploadId: string;
  readonly key: string;
  readonly mimeType: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly initiatedAt: string;
  readonly parts: Map<number, StoredPart>;
}

type UploadSidecar = Omit<MultipartUpload, 'parts'>;

/**
 * The multipart uploads of one bucket on disk: one folder each, with a sidecar for the upload and
 * one per part.
 */
export class MultipartUploads {
  readonly #folder: string;
  readonly #uploads = new Map<string, MultipartUpload>();
  readonly #turns = new Turns();

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async open(folder: string): Promise<MultipartUploads> {
    await mkdir(folder, { recursive: true });
    const uploads = new MultipartUploads(folder);
    for (const uploadId of await readdir(folder)) {
      const names = await readdir(join(folder, uploadId));
      if (!names.includes('upload.json')) {
        await rm(join(folder, uploadId), { recursive: true, force: true });
        continue;
      }
      const sidecar = await readJsonFile<UploadSidecar>(join(folder, uploadId, 'upload.json'));
      const parts = new Map<number, StoredPart>();
      for (const name of names.filter((name) => /^\d+\.json$/.test(name))) {
        const part = await readJsonFile<StoredPart>(join(folder, uploadId, name));
        parts.set(part.partNumber, part);
      }
      uploads.#uploads.set(uploadId, { ...sidecar, parts });
    }
    return uploads;
  }

  get count(): number {
    return this.#uploads.size;
  }

  /** Returns the upload if it belongs to this key. */
  get(uploadId: string, key: string): MultipartUpload | undefined {
    const upload = this.#uploads.get(uploadId);
    return upload?.key === key ? upload : undefined;
  }

  /** All uploads, ordered by key, then by start. */
  list(): MultipartUpload[] {
    return [...this.#uploads.values()].sort(
      (left, right) =>
        Buffer.compare(Buffer.from(left.key), Buffer.from(right.key)) ||
        left.initiatedAt.localeCompare(right.initiatedAt),
    );
  }

  async start(facts: Pick<MultipartUpload, 'key' | 'mimeType' | 'headers'>): Promise<MultipartUpload> {
    const uploadId = randomBytes(16).toString('hex').toUpperCase();
    const sidecar: UploadSidecar = { ...facts, uploadId, initiatedAt: new Date().toISOString() };
    await mkdir(join(this.#folder, uploadId));
    await writeJsonFile(join(this.#folder, uploadId, 'upload.json'), sidecar);
    const upload = { ...sidecar, parts: new Map<number, StoredPart>() };
    this.#uploads.set(uploadId, upload);
    return upload;
  }

  /**
   * Stores a received file as part `partNumber`, replacing an earlier one. @throws OssRefusal
   * NoSuchUpload
   */
  putPart(upload: MultipartUpload, partNumber: number, file: ReceivedFile): Promise<void> {
    const { sizeBytes, etag, crc64 } = file;
    return this.#change(upload, async () => {
      const part = { partNumber, sizeBytes, etag, crc64, modifiedAt: new Date().toISOString() };
      await rename(file.path, this.#dataOf(upload, partNumber));
      await writeJsonFile(join(this.#folder, upload.uploadId, `${partNumber}.json`), part);
      upload.parts.set(partNumber, part);
    });
  }

  /** The concatenated bytes of these parts. */
  read(upload: MultipartUpload, parts: readonly StoredPart[]): Readable {
    const dataOf = (partNumber: number) => this.#dataOf(upload, partNumber);
    return Readable.from(
      (async function* () {
        for (const { partNumber } of parts) yield* createReadStream(dataOf(partNumber));
      })(),
      { objectMode: false },
    );
  }

  /**
   * Ends an upload, completed or aborted: removes it when `work` is done. Its parts stay unchanged
   * until then.
   * @throws OssRefusal NoSuchUpload; the error of `work`, after which the upload stays
   */
  end<T>(upload: MultipartUpload, work: () => T | Promise<T>): Promise<T> {
    return this.#change(upload, async () => {
      const done = await work();
      await rm(join(this.#folder, upload.uploadId), { recursive: true, force: true });
      this.#uploads.delete(upload.uploadId);
      return done;
    });
  }

  /** It may have ended since it was found, during the turns of others. */
  #change<T>(upload: MultipartUpload, change: () => Promise<T>): Promise<T> {
    const { uploadId } = upload;
    return this.#turns.take(uploadId, () => {
      if (!this.#uploads.has(uploadId)) throw refusal('NoSuchUpload', { UploadId: uploadId });
      return change();
    });
  }

  #dataOf(upload: MultipartUpload, partNumber: number): string {
    return join(this.#folder, upload.uploadId, `${partNumber}.data`);
  }
}
