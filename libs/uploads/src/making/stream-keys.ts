import { randomBytes } from 'node:crypto';
import { LandfallError } from '#runtime';
import type { DataSource } from '#database';
import { StreamKey } from '../rows/stream-key.entity.js';

/** AES-128. */
const keyBytes = 16;

/**
 * The key of a stream: created by the first call and the same for all later and concurrent ones.
 * @throws LandfallError upload.not_found
 */
export async function streamKey(
  source: DataSource,
  uploadId: string,
  name: string,
  specHash: string,
): Promise<Buffer> {
  await source.query(
    `INSERT INTO stream_keys (upload_id, name, spec_hash, key)
     SELECT id, $2, $3, $4 FROM uploads WHERE id = $1 AND status <> 'deleted'
     ON CONFLICT DO NOTHING`,
    [uploadId, name, specHash, randomBytes(keyBytes)],
  );
  const key = await findStreamKey(source, uploadId, name, specHash);
  if (!key) throw new LandfallError('upload.not_found', uploadId);
  return key;
}

/** The key of a stream; null if none was created. */
export async function findStreamKey(
  source: DataSource,
  uploadId: string,
  name: string,
  specHash: string,
): Promise<Buffer | null> {
  const row = await source.getRepository(StreamKey).findOneBy({ uploadId, name, specHash });
  return row?.key ?? null;
}
