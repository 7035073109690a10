import type { DataSource } from '#database';

/** An object version as OSS lists it. */
export interface ListedVersion {
  objectKey: string;
  /** Unquoted, upper-case. */
  etag: string;
  /** When OSS stored it, by its own clock, in whole seconds. */
  lastModified: Date;
}

/**
 * The versions of a bucket listing that have no upload, in their order. A version is known if an upload holds it, whenever
 * that landed; if an ended upload (failed, ignored, deleted) is of this arrival and not of an older one with the same bytes;
 * or if an unconfirmed landing may be it. One query for all.
 * @param versions at most a page of a listing
 */
export async function selectUnknown<Version extends ListedVersion>(
  source: DataSource,
  bucket: string,
  versions: readonly Version[],
): Promise<Version[]> {
  const rows: { place: number }[] = await source.query(
    `SELECT o.place::int AS place
     FROM unnest($2::text[], $3::text[], $4::timestamptz[]) WITH ORDINALITY AS o (object_key, etag, stored_at, place)
     WHERE NOT EXISTS (
       SELECT FROM uploads AS u
       WHERE u.bucket = $1 AND u.object_key = o.object_key COLLATE "C" AND u.proof IS NOT NULL
         AND CASE WHEN u.confirmed_at IS NULL THEN u.status = 'stored' AND coalesce(u.etag, o.etag) = o.etag
                  ELSE u.etag = o.etag AND (u.status NOT IN ('failed', 'deleted', 'ignored')
                                            OR u.reprocessing_since IS NOT NULL
                                            OR coalesce(u.last_modified >= o.stored_at, true)) END)
       AND NOT EXISTS (
       -- Written twice for the sake of its index: of what nobody vouches for there is a row only until OSS was asked.
       SELECT FROM uploads AS u
       WHERE u.bucket = $1 AND u.object_key = o.object_key COLLATE "C" AND u.proof IS NULL
         AND u.status = 'stored' AND coalesce(u.etag, o.etag) = o.etag)
     ORDER BY o.place`,
    [
      bucket,
      versions.map(({ objectKey }) => objectKey),
      versions.map(({ etag }) => etag),
      versions.map(({ lastModified }) => lastModified),
    ],
  );
  return rows.flatMap(({ place }) => versions[place - 1] ?? []);
}
