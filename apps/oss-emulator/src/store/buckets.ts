import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readJsonFile, writeJsonFile } from './json-file.js';
import { MultipartUploads } from './multipart-uploads.js';
import { ObjectFiles } from './object-files.js';
import { refusal } from '../wire/refusals.js';
import { Turns } from './turns.js';

/** One emulated bucket. */
export interface Bucket {
  readonly name: string;
  readonly createdAt: string;
  readonly objects: ObjectFiles;
  readonly uploads: MultipartUploads;
}

const bucketName = /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/;

/** All buckets of a data folder. Only one process may use a folder at a time. */
export class Buckets {
  readonly #folder: string;
  readonly #buckets = new Map<string, Bucket>();
  /** By name: a bucket opened twice would miss what the first instance received meanwhile. */
  readonly #turns = new Turns();
  /** Folder of incomplete files; on the same file system, so that a rename suffices. */
  readonly incomingFolder: string;

  private constructor(dataDir: string) {
    this.#folder = join(dataDir, 'buckets');
    this.incomingFolder = join(dataDir, 'incoming');
  }

  static async open(dataDir: string): Promise<Buckets> {
    const buckets = new Buckets(dataDir);
    // These files were being received when the process died.
    await rm(buckets.incomingFolder, { recursive: true, force: true });
    await mkdir(buckets.incomingFolder, { recursive: true });
    await mkdir(buckets.#folder, { recursive: true });
    for (const name of await readdir(buckets.#folder)) await buckets.create(name);
    return buckets;
  }

  /** The bucket with this name. @throws OssRefusal InvalidBucketName, NoSuchBucket */
  get(name: string): Bucket {
    if (!bucketName.test(name)) throw refusal('InvalidBucketName', { BucketName: name });
    const bucket = this.#buckets.get(name);
    if (!bucket) throw refusal('NoSuchBucket', { BucketName: name });
    return bucket;
  }

  list(): Bucket[] {
    return [...this.#buckets.values()].sort((left, right) => (left.name < right.name ? -1 : 1));
  }

  /** Creates a bucket; an existing one stays unchanged. @throws OssRefusal InvalidBucketName */
  async create(name: string): Promise<void> {
    if (!bucketName.test(name)) throw refusal('InvalidBucketName', { BucketName: name });
    await this.#turns.take(name, () => this.#open(name));
  }

  async #open(name: string): Promise<void> {
    if (this.#buckets.has(name)) return;
    const folder = join(this.#folder, name);
    await mkdir(folder, { recursive: true });
    const sidecar = join(folder, 'bucket.json');
    if (!(await readdir(folder)).includes('bucket.json'))
      await writeJsonFile(sidecar, { createdAt: new Date().toISOString() });
    const { createdAt } = await readJsonFile<{ createdAt: string }>(sidecar);
    const objects = await ObjectFiles.open(join(folder, 'objects'));
    const uploads = await MultipartUploads.open(join(folder, 'uploads'));
    this.#buckets.set(name, { name, createdAt, objects, uploads });
  }

  /** @throws OssRefusal NoSuchBucket, BucketNotEmpty */
  async delete(name: string): Promise<void> {
    await this.#turns.take(name, () => this.#remove(name));
  }

  async #remove(name: string): Promise<void> {
    const bucket = this.get(name);
    if (bucket.objects.count > 0 || bucket.uploads.count > 0)
      throw refusal('BucketNotEmpty', { BucketName: name });
    this.#buckets.delete(name);
    await rm(join(this.#folder, name), { recursive: true, force: true });
  }
}
