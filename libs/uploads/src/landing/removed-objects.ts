import { type DataSource, In } from '#database';
import { LandfallError } from '#runtime';
import { type MadeObjects, withdrawUpload } from '../making/withdraw-upload.js';
import { ObjectCheck } from '../rows/object-check.entity.js';
import { type ConfirmedUpload, isConfirmed, Upload } from '../rows/upload.entity.js';

/** Uploads of one call; a key that was overwritten more often than this has other troubles. */
const uploadsMax = 10_000;
/** After this time without an answer it is left to the next reconcile. */
const askedMax = `interval '1 day'`;
const askAgain = `interval '1 minute'`;

/**
 * Has OSS asked for objects that are said to be gone, or seem to be: a message alone, which may be forged, late or out of order,
 * removes nothing.
 * @param objects at most a thousand
 * @returns how many living uploads of their keys there are
 */
export async function queueRemovalChecks(
  source: DataSource,
  objects: readonly { bucket: string; objectKey: string }[],
): Promise<number> {
  const rows: unknown[] = await source.query(
    `INSERT INTO object_checks (upload_id, due_at)
     SELECT DISTINCT u.id, now() FROM unnest($1::text[], $2::text[]) AS o (bucket, object_key)
     JOIN uploads AS u ON u.bucket = o.bucket AND u.object_key = o.object_key COLLATE "C"
     WHERE u.proof IS NOT NULL AND u.confirmed_at IS NOT NULL AND u.status <> 'deleted'
     LIMIT ${uploadsMax}
     ON CONFLICT (upload_id) DO UPDATE SET due_at = excluded.due_at
     RETURNING upload_id`,
    [objects.map(({ bucket }) => bucket), objects.map(({ objectKey }) => objectKey)],
  );
  return rows.length;
}

/**
 * The next uploads whose object OSS is to be asked for, none of them given to another worker within the next minute: who dies
 * with them leaves them to the next.
 * @param limit most of them
 */
export async function takeRemovalChecks(source: DataSource, limit: number): Promise<ConfirmedUpload[]> {
  await source.query(`DELETE FROM object_checks WHERE created_at < now() - ${askedMax}`);
  // TypeORM returns [rows, count] for UPDATE … RETURNING.
  const [due] = (await source.query(
    `UPDATE object_checks SET due_at = now() + ${askAgain}
     WHERE upload_id IN (SELECT upload_id FROM object_checks WHERE due_at <= now()
                         ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED)
     RETURNING upload_id AS id`,
    [limit],
  )) as [{ id: string }[], number];
  const uploads = await source.getRepository(Upload).findBy({ id: In(due.map(({ id }) => id)) });
  return uploads.filter(isConfirmed);
}

/** Ends a check: the object is there. */
export async function endRemovalCheck(source: DataSource, uploadId: string): Promise<void> {
  await source.getRepository(ObjectCheck).delete({ uploadId });
}

/**
 * Ends a check: the object is gone from OSS, and its upload becomes `deleted`, with the reason. What was made of it is removed
 * when no URL for it holds any more.
 */
export async function markRemoved(source: DataSource, id: string, made: MadeObjects): Promise<void> {
  await source.transaction(async (manager) => {
    const upload = await manager.findOne(Upload, { where: { id }, lock: { mode: 'pessimistic_write' } });
    await manager.delete(ObjectCheck, { uploadId: id });
    if (!upload || upload.status === 'deleted') return;
    const reason = new LandfallError('object.removed', `${upload.bucket}/${upload.objectKey}`);
    await withdrawUpload(manager, upload, made, reason);
  });
}
