import { type EntityManager, PreparedStatement } from '#database';
import { Upload } from '../rows/upload.entity.js';

const lockHolder = new PreparedStatement<Upload>(
  'lock-holder',
  (columns) =>
    // The last conditions are those of the unique index `uploads_version`.
    `SELECT ${columns(Upload, 'u')} FROM uploads AS u
     WHERE bucket = $1 AND object_key = $2 AND etag = $3 AND id <> $4 AND confirmed_at IS NOT NULL
       AND (status NOT IN ('failed', 'deleted', 'ignored') OR reprocessing_since IS NOT NULL)
     FOR UPDATE`,
);

const lockOfRequest = new PreparedStatement<Upload>(
  'lock-of-request',
  (columns) =>
    `SELECT ${columns(Upload, 'u')} FROM uploads AS u
     WHERE bucket = $1 AND object_key = $2 AND etag = $3 AND id <> $4 AND request_id = $5
       AND confirmed_at IS NOT NULL AND merged_into IS NULL
     ORDER BY id DESC LIMIT 1 FOR UPDATE`,
);

/**
 * The other upload that holds an object version, locked for the caller's transaction. For an event this may also be an ended
 * upload of the same OSS request: the event is late, and not a new landing.
 */
export async function findHolder(
  manager: EntityManager,
  { id, bucket, objectKey, source, requestId }: Upload,
  etag: string,
): Promise<Upload | null> {
  const version = [bucket, objectKey, etag, id];
  const [holder] = await lockHolder.run(manager, version);
  if (holder) return holder;
  if (source !== 'event' || requestId === null) return null;
  const [ended] = await lockOfRequest.run(manager, [...version, requestId]);
  return ended ?? null;
}
