import { join } from 'node:path';
import { open } from 'lmdb';
import type { Client } from 'pg';
import { benchBucket } from '../harness/target.js';

const rowsAtOnce = 20_000;
const storedAt = new Date('2026-01-15T09:30:00Z');

/**
 * Writes an object without bytes for each upload into the data folder of an emulator that is not running, as
 * `apps/oss-emulator/src/store` keeps it: putting a million objects takes a quarter of an hour.
 * @param dataDir in which the emulator has made the bucket
 */
export async function seedObjects(client: Client, dataDir: string): Promise<number> {
  const root = open({ path: join(dataDir, 'metadata'), noSubdir: false, noSync: true });
  const objects = root.openDB<object, Buffer>({ name: 'objects', keyEncoding: 'binary', encoding: 'json' });
  let written = 0;
  for (let after = '', isLast = false; !isLast;) {
    const { rows } = await client.query<{ key: string; etag: string; size: string }>(
      `SELECT object_key AS key, etag, size_bytes AS size FROM uploads
       WHERE bucket = $1 AND object_key > $2 AND proof IS NOT NULL ORDER BY object_key LIMIT ${rowsAtOnce}`,
      [benchBucket, after],
    );
    await root.transaction(() => {
      for (const { key, etag, size } of rows)
        void objects.put(recordKeyOf(key), recordOf({ key, etag, sizeBytes: Number(size) }));
    });
    written += rows.length;
    after = rows.at(-1)?.key ?? after;
    isLast = rows.length < rowsAtOnce;
  }
  await root.flushed;
  await root.close();
  return written;
}

const sequence = storedAt.getTime() * 1_000;

/** The bucket, a zero, the bytes of the key raised by one, a zero, and the sequence, newest first. */
function recordKeyOf(key: string): Buffer {
  const raised = Buffer.from(key).map((byte) => byte + 1);
  const newestFirst = Buffer.alloc(8);
  newestFirst.writeBigUInt64BE(BigInt(Number.MAX_SAFE_INTEGER - sequence));
  return Buffer.concat([Buffer.from(benchBucket), Buffer.of(0), raised, Buffer.of(0), newestFirst]);
}

function recordOf(facts: { key: string; etag: string; sizeBytes: number }): object {
  return {
    ...facts,
    mimeType: 'image/jpeg',
    headers: {},
    acl: 'default',
    storageClass: 'Standard',
    tags: [],
    encryption: {},
    type: 'Normal',
    deleteMarker: false,
    dataFiles: [],
    crc64: '0',
    contentMd5: null,
    versionId: 'null',
    sequence,
    modifiedAt: storedAt.toISOString(),
  };
}
