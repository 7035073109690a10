import { type DataSource, In } from '#database';
import { LandfallError } from '#runtime';
import { type MadeObjects, withdrawUpload } from '../making/withdraw-upload.js';
import { ObjectCheck } from '../rows/object-check.entity.js';
import { type ConfirmedUpload, isConfirmed, Upload } from '../rows/upload.entity.js';

/** Maximum checks queued per call; that many uploads of a thousand keys are not expected. */
const uploadsMax = 10_000;
/** Checks without an answer are dropped after this time and left to the next reconcile. */
const askedMax = `interval '1 day'`;
const askAgain = `interval '1 minute'`;

/**
 * Queues checks with OSS of objects that are reported or seem to be gone. A message alone may be forged, late or out of
 * order, so it removes nothing.
 * @param objects at most a thousand
 * @returns how many uploads will be checked
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
     ON CONFLICT (upload_id) DO UPDATE SET due_at = excluded.due_at, created_at = excluded.created_at
     RETURNING upload_id`,
    [objects.map(({ bucket }) => bucket), objects.map(({ objectKey }) => objectKey)],
  );
  return rows.length;
}

/**
 * Takes the uploads whose checks are due, with a lease of one minute: those of a worker that dies go to another.
 * @param limit maximum number
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

/** Ends the check of an object that exists. */
export async function endRemovalCheck(source: DataSource, uploadId: string): Promise<void> {
  await source.getRepository(ObjectCheck).delete({ uploadId });
}

/**
 * Ends the check of an object that is gone: its upload becomes `deleted`, with the reason. Its renditions are removed once
 * their signed URLs have expired.
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
