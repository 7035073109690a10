import type { EntityManager } from '#database';
import { Upload } from '../rows/upload.entity.js';

/** The other upload that holds an object version, locked for the caller's transaction. */
export async function findHolder(
  manager: EntityManager,
  { id, bucket, objectKey }: Upload,
  etag: string,
): Promise<Upload | null> {
  return (
    manager
      .createQueryBuilder(Upload, 'u')
      .setLock('pessimistic_write')
      .where('u.bucket = :bucket AND u.object_key = :objectKey AND u.etag = :etag AND u.id <> :id')
      // The condition of the unique index `uploads_version`.
      .andWhere('u.confirmed_at IS NOT NULL')
      .andWhere(`(u.status NOT IN ('failed', 'deleted', 'ignored') OR u.reprocessing_since IS NOT NULL)`)
      .setParameters({ bucket, objectKey, etag, id })
      .getOne()
  );
}
