import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { reconcileBucket, Reconcile } from '#reconcile';
import { createLogger, developmentSecrets, loadConfig, newId } from '#runtime';
import { ObjectStore } from '#storage';
import { type AppProcess, ossClient, startApp, testBucket, testDatabase, type TestDatabase } from '#testing';
import { openRegistry, Upload } from '#uploads';
import type OSS from 'ali-oss';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { request, two } from './reprocess.fixture.js';

type Scope = Parameters<typeof reconcileBucket>[1];
type Repairs = Parameters<typeof reconcileBucket>[2];

/** A bucket of a real emulator, a new one for each test, a database that is empty then, and the comparison of the two. */
export function useReconcile() {
  let emulator: AppProcess;
  let database: TestDatabase;
  let folder: string;
  let client: OSS;
  let bucket = '';
  let closeRegistry: () => Promise<void>;
  let parts: Parameters<typeof reconcileBucket>[0];
  const { accessKeyId, accessKeySecret } = developmentSecrets;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'landfall-reconcile-'));
    emulator = await startApp('emulator', {
      EMULATOR_PORT: '0',
      EMULATOR_DATA_DIR: folder,
      EMULATOR_BUCKETS: testBucket,
      EMULATOR_FSYNC: 'false',
      EMULATOR_ACCESS_KEY_ID: accessKeyId,
      EMULATOR_ACCESS_KEY_SECRET: accessKeySecret,
    });
    database = await testDatabase();
    const config = loadConfig(['callback', 'database', 'oss', 'worker'], environment());
    const { registry, close } = openRegistry(config, 'landfall-test', createLogger('test', 'silent'));
    closeRegistry = close;
    parts = {
      source: database.source,
      directUrl: database.url,
      store: new ObjectStore(config.oss),
      registry,
      renditionPrefix: config.oss.renditionPrefix,
      requestsPerSecond: 1_000,
    };
    client = ossClient({ emulator });
  });
  beforeEach(async () => {
    await database.source.query('TRUNCATE uploads, outbox, reconciles, object_checks CASCADE');
    bucket = `bucket-${randomBytes(6).toString('hex')}`;
    await client.putBucket(bucket);
    client.useBucket(bucket);
  });
  afterAll(async () => {
    await closeRegistry();
    await database[Symbol.asyncDispose]();
    await emulator.end();
    await rm(folder, { recursive: true, force: true });
  });

  /** Of a process that works on both. */
  const environment = () => ({
    LANDFALL_ENV: 'development',
    DATABASE_URL: database.url,
    OSS_ENDPOINT: emulator.url,
    OSS_REGION: 'cn-hangzhou',
    OSS_BUCKETS: bucket || testBucket,
    OSS_PATH_STYLE: 'true',
    OSS_ACCESS_KEY_ID: accessKeyId,
    OSS_ACCESS_KEY_SECRET: accessKeySecret,
  });

  return {
    environment,
    get bucket() {
      return bucket;
    },
    get database() {
      return database;
    },
    get emulator() {
      return emulator;
    },
    get client() {
      return client;
    },
    get parts() {
      return parts;
    },
    /** By our own client: `ali-oss` signs some keys other than it sends them. */
    put: async (objectKey: string, content = objectKey) =>
      void (await parts.store.upload({ bucket, objectKey }, Buffer.from(content), 'text/plain')),
    /** An upload of an object, as a callback and a worker leave it. */
    insertUpload: async (objectKey: string, more: Partial<Upload> = {}): Promise<string> => {
      const id = newId();
      const now = new Date(Date.now() - 60_000);
      const { objects } = await parts.store.list(bucket, objectKey);
      const stored = objects.find((object) => object.objectKey === objectKey);
      await database.source.getRepository(Upload).insert({
        id,
        bucket,
        objectKey,
        etag: stored?.etag ?? 'A'.repeat(32),
        sizeBytes: '1',
        status: 'ready',
        kind: 'image',
        mimeType: 'image/jpeg',
        source: 'callback',
        proof: 'object',
        confirmedAt: now,
        sweepAt: now,
        createdAt: now,
        updatedAt: now,
        ...more,
      });
      return id;
    },
    putMany: async (keys: readonly string[]) => {
      for (let at = 0; at < keys.length; at += 50)
        await Promise.all(keys.slice(at, at + 50).map((key) => client.put(key, Buffer.from(key))));
    },
    reconcile: (
      scope: Partial<Scope> = {},
      repairs: Partial<Repairs> & { doesRemake?: boolean } = {},
      signal = new AbortController().signal,
    ) =>
      reconcileBucket(
        parts,
        {
          bucket,
          prefix: '',
          since: null,
          until: new Date(Date.now() + 60_000),
          trigger: 'command',
          inventory: null,
          asked: '',
          ...scope,
        },
        {
          isDryRun: repairs.isDryRun ?? false,
          remake: repairs.doesRemake ? request(two) : null,
          removesOrphans: repairs.removesOrphans ?? false,
        },
        signal,
      ),
    /** Has the emulator make these faults, and no others. */
    fault: async (rules: readonly object[]) => {
      const answer = await fetch(`${emulator.url}/-/faults`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ rules }),
      });
      if (!answer.ok) throw new Error(await answer.text());
    },
    rows: () => database.source.getRepository(Upload).find({ order: { objectKey: 'ASC' } }),
    state: () => database.source.getRepository(Reconcile).find(),
  };
}
