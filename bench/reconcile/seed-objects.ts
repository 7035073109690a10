import { join } from 'node:path';
import { open } from 'lmdb';
import type { Client } from 'pg';
import { benchBucket } from '../harness/target.js';

const rowsAtOnce = 20_000;

/**
 * Writes an empty object for each upload into the data folder of a stopped emulator, in the format of
 * `apps/oss-emulator/src/store`. Uploading a million objects would take a quarter of an hour.
 * @param dataDir in which the emulator has created the bucket
 */
export async function seedObjects(client: Client, dataDir: string): Promise<number> {
  const root = open({ path: join(dataDir, 'metadata'), noSubdir: false, noSync: true });
  const objects = root.openDB<object, Buffer>({ name: 'objects', keyEncoding: 'binary', encoding: 'json' });
  let written = 0;
  for (let after = '', isLast = false; !isLast;) {
    const { rows } = await client.query<SeededRow>(
      `SELECT object_key AS key, etag, size_bytes::int AS "sizeBytes", date_trunc('second', last_modified) AS "storedAt"
       FROM uploads
       WHERE bucket = $1 AND object_key > $2 AND proof IS NOT NULL ORDER BY object_key LIMIT ${rowsAtOnce}`,
      [benchBucket, after],
    );
    await root.transaction(() => {
      for (const row of rows) void objects.put(recordKeyOf(row), recordOf(row));
    });
    written += rows.length;
    after = rows.at(-1)?.key ?? after;
    isLast = rows.length < rowsAtOnce;
  }
  await root.flushed;
  await root.close();
  return written;
}

interface SeededRow {
  readonly key: string;
  readonly etag: string;
  readonly sizeBytes: number;
  readonly storedAt: Date;
}

const sequenceOf = ({ storedAt }: SeededRow) => storedAt.getTime() * 1_000;

/**
 * The bucket, a zero byte, the bytes of the key incremented by one, a zero byte, and the inverted sequence, so that
 * the newest version comes first.
 */
function recordKeyOf(row: SeededRow): Buffer {
  const raised = Buffer.from(row.key).map((byte) => byte + 1);
  const newestFirst = Buffer.alloc(8);
  newestFirst.writeBigUInt64BE(BigInt(Number.MAX_SAFE_INTEGER - sequenceOf(row)));
  return Buffer.concat([Buffer.from(benchBucket), Buffer.of(0), raised, Buffer.of(0), newestFirst]);
}

function recordOf(row: SeededRow): object {
  const { key, etag, sizeBytes, storedAt } = row;
  return {
    key,
    etag,
    sizeBytes,
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
    sequence: sequenceOf(row),
    modifiedAt: storedAt.toISOString(),
  };
}
