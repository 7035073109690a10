import { refusal } from '../wire/refusals.js';
import { BucketObjects } from './bucket-objects.js';
import type { BucketRecord } from './bucket-record.js';
import { BucketUploads } from './bucket-uploads.js';
import { Store, type Incoming, type Records } from './store.js';

/** One emulated bucket, with its record as of the lookup. */
export interface Bucket extends BucketRecord {
  readonly name: string;
  readonly objects: BucketObjects;
  readonly uploads: BucketUploads;
}

const bucketName = /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/;

/** All buckets of a data folder. Only one process may use a folder at a time. */
export class Buckets {
  readonly #store: Store;

  private constructor(store: Store) {
    this.#store = store;
  }

  /** @param flush whether every change is flushed to disk before it is confirmed */
  static async open(dataDir: string, flush = true): Promise<Buckets> {
    const store = await Store.open(dataDir, flush);
    await store.sweep();
    return new Buckets(store);
  }

  /** Where request bodies are received. */
  get incoming(): Incoming {
    return this.#store.incoming;
  }

  /** Additional records, which can change in the same transactions as objects. */
  records<T>(name: string): Records<T> {
    return this.#store.records(name);
  }

  /**
   * Looks up a bucket by name.
   * @throws OssRefusal InvalidBucketName, NoSuchBucket
   */
  get(name: string): Bucket {
    checkName(name);
    const record = this.#store.buckets.get(Buffer.from(name));
    if (!record) throw refusal('NoSuchBucket', { BucketName: name });
    return this.#bucketOf(name, record);
  }

  /** All buckets, ordered by name. */
  list(): Bucket[] {
    return [...this.#store.buckets.getRange({})].map(({ key, value }) =>
      this.#bucketOf(key.toString(), value),
    );
  }

  /**
   * Creates a bucket. For an existing one, changes only the ACL, if one is given.
   * @throws OssRefusal InvalidBucketName
   */
  async create(
    name: string,
    facts: Partial<Pick<BucketRecord, 'acl' | 'storageClass' | 'redundancy' | 'createdAt'>> = {},
  ): Promise<void> {
    checkName(name);
    await this.#store.change(() => {
      const old = this.#store.buckets.get(Buffer.from(name));
      const record = old
        ? { ...old, acl: facts.acl ?? old.acl }
        : {
            createdAt: new Date().toISOString(),
            acl: 'private' as const,
            storageClass: 'Standard',
            redundancy: 'LRS' as const,
            settings: {},
            ...facts,
          };
      void this.#store.buckets.put(Buffer.from(name), record);
    });
  }

  /**
   * Changes the record of a bucket atomically.
   * @throws OssRefusal NoSuchBucket; the error of `change`
   */
  async update(name: string, change: (current: BucketRecord) => BucketRecord): Promise<void> {
    await this.#store.change(() => {
      const current = this.#store.buckets.get(Buffer.from(name));
      if (!current) throw refusal('NoSuchBucket', { BucketName: name });
      void this.#store.buckets.put(Buffer.from(name), change(current));
    });
  }

  /** @throws OssRefusal NoSuchBucket, BucketNotEmpty */
  async delete(name: string): Promise<void> {
    await this.#store.change(() => {
      const bucket = this.get(name);
      if (!bucket.objects.isEmpty || !bucket.uploads.isEmpty)
        throw refusal('BucketNotEmpty', { BucketName: name });
      void this.#store.buckets.remove(Buffer.from(name));
    });
  }

  /** Waits for running transactions. */
  close(): Promise<void> {
    return this.#store.close();
  }

  #bucketOf(name: string, record: BucketRecord): Bucket {
    return {
      ...record,
      name,
      objects: new BucketObjects(this.#store, name),
      uploads: new BucketUploads(this.#store, name),
    };
  }
}

function checkName(name: string): void {
  if (!bucketName.test(name)) throw refusal('InvalidBucketName', { BucketName: name });
}
