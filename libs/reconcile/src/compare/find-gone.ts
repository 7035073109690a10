import type { DataSource } from '#database';
import type { KeyRange } from '../pages/key-range.js';

/** Rows per query. */
const pageSize = 1_000;

/** A key range of a bucket and what OSS lists in it. */
export interface Listed {
  readonly bucket: string;
  readonly range: KeyRange;
  /** All keys in the range. */
  readonly keys: readonly string[];
  /** When it was listed: objects that landed or were made since are not expected in it. */
  readonly listedAt: Date;
}

/** Yields the keys of uploads that should be listed but are not, page by page. */
export async function* findGoneUploads(
  source: DataSource,
  { bucket, range, keys, listedAt }: Listed,
): AsyncGenerator<string[]> {
  for (let after = range.after, isLast = false; !isLast;) {
    const rows: { key: string }[] = await source.query(
      `SELECT DISTINCT u.object_key AS key FROM uploads AS u
       WHERE u.bucket = $1 AND u.proof IS NOT NULL AND u.confirmed_at < $2 AND u.status <> 'deleted'
         AND u.object_key >= $6 AND u.object_key > $3 AND u.object_key <= $4
         AND NOT EXISTS (SELECT FROM unnest($5::text[]) AS o (object_key)
                         WHERE o.object_key = u.object_key COLLATE "C")
       ORDER BY 1 LIMIT ${pageSize}`,
      [bucket, listedAt, after, range.last, keys, range.from],
    );
    if (rows.length > 0) yield rows.map(({ key }) => key);
    isLast = rows.length < pageSize;
    after = rows.at(-1)?.key ?? after;
  }
}

/** A rendition version that is served but whose object is missing. */
export interface GoneRendition {
  readonly id: string;
  readonly objectKey: string;
}

const lowestId = '00000000-0000-0000-0000-000000000000';
const highestId = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/** Yields the served rendition versions whose object should be listed but is not, page by page. */
export async function* findGoneRenditions(
  source: DataSource,
  { bucket, range, keys, listedAt }: Listed,
  renditionPrefix: string,
): AsyncGenerator<GoneRendition[]> {
  // Ids are lower-case hex, so they sort like the keys that begin with them.
  const lastId = uploadIdIn(range.last, renditionPrefix) ?? highestId;
  for (let after = range.after, isLast = false; !isLast;) {
    const rows: GoneRendition[] = await source.query(
      `SELECT v.id, v.object_key AS "objectKey" FROM rendition_versions AS v JOIN uploads AS u ON u.id = v.upload_id
       WHERE u.bucket = $1 AND v.status = 'ready' AND v.updated_at < $2 AND v.upload_id BETWEEN $6 AND $7
         AND v.object_key COLLATE "C" >= $8 AND v.object_key COLLATE "C" > $3 AND v.object_key COLLATE "C" <= $4
         AND NOT EXISTS (SELECT FROM unnest($5::text[]) AS o (object_key) WHERE o.object_key = v.object_key)
       ORDER BY v.object_key COLLATE "C" LIMIT ${pageSize}`,
      [
        bucket,
        listedAt,
        after,
        range.last,
        keys,
        uploadIdIn(after, renditionPrefix) ?? lowestId,
        lastId,
        range.from,
      ],
    );
    if (rows.length > 0) yield rows;
    isLast = rows.length < pageSize;
    after = rows.at(-1)?.objectKey ?? after;
  }
}

/** The id of the upload in the key of a rendition object; null for any other key. Pure. */
function uploadIdIn(objectKey: string, renditionPrefix: string): string | null {
  if (!objectKey.startsWith(renditionPrefix)) return null;
  return (
    /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?=\/)/.exec(objectKey.slice(renditionPrefix.length))?.[0] ??
    null
  );
}

/** Selects the objects below the rendition prefix that no version references, whatever its state. */
export async function selectOrphans<Named extends { objectKey: string }>(
  source: DataSource,
  objects: readonly Named[],
  renditionPrefix: string,
): Promise<Named[]> {
  const named = objects.flatMap((object) => {
    const uploadId = uploadIdIn(object.objectKey, renditionPrefix);
    return uploadId === null ? [] : [{ object, uploadId }];
  });
  const rows: { place: number }[] = await source.query(
    `SELECT o.place::int AS place FROM unnest($1::uuid[], $2::text[]) WITH ORDINALITY AS o (upload_id, object_key, place)
     WHERE NOT EXISTS (
       SELECT FROM rendition_versions AS v
       WHERE v.upload_id = o.upload_id
         AND (v.object_key = o.object_key
              OR EXISTS (SELECT FROM unnest(v.storage_keys) AS k
                         WHERE k = o.object_key OR (right(k, 1) = '/' AND starts_with(o.object_key, k)))))
     ORDER BY o.place`,
    [named.map(({ uploadId }) => uploadId), named.map(({ object }) => object.objectKey)],
  );
  return rows.flatMap(({ place }) => named[place - 1]?.object ?? []);
}
