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

/** The other upload that holds an object version, locked for the caller's transaction. */
export async function findHolder(
  manager: EntityManager,
  { id, bucket, objectKey }: Upload,
  etag: string,
): Promise<Upload | null> {
  const [holder] = await lockHolder.run(manager, [bucket, objectKey, etag, id]);
  return holder ?? null;
}
