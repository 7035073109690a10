import type { DataSource, EntityManager } from '#database';

/** What may be the current version of its object; alias `u` or another. */
const counts = (alias: string) =>
  `${alias}.proof IS NOT NULL AND ${alias}.confirmed_at IS NOT NULL AND ${alias}.status <> 'deleted'`;

/**
 * Which of two versions is the newer: OSS's own time, which counts seconds, then when OSS was last seen to have it. It is derived
 * and not stored, so that it holds whatever the order in which overwrites are heard of.
 */
const age = (alias: string) => [
  `coalesce(${alias}.last_modified, '-infinity')`,
  `${alias}.confirmed_at`,
  `${alias}.id`,
];

/** The condition on uploads `u` that they are, or are not, the current version of their object. */
export function isCurrent(wanted: boolean): string {
  const isNewest = `${counts('u')} AND NOT EXISTS (
    SELECT 1 FROM uploads AS n
    WHERE n.bucket = u.bucket AND n.object_key = u.object_key AND ${counts('n')} AND (${age('n').join()}) > (${age('u').join()}))`;
  return wanted ? isNewest : `NOT (${isNewest})`;
}

/** The current version of the object of each upload that OSS has confirmed and that is not deleted, by the upload's id. */
export async function findCurrent(
  source: DataSource | EntityManager,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const rows: { id: string; currentId: string }[] = await source.query(
    `SELECT u.id, n.id AS "currentId"
     FROM uploads AS u CROSS JOIN LATERAL (
       SELECT n.id FROM uploads AS n
       WHERE n.bucket = u.bucket AND n.object_key = u.object_key AND ${counts('n')}
       ORDER BY ${age('n')
         .map((by) => `${by} DESC`)
         .join()} LIMIT 1) AS n
     WHERE u.id = ANY($1::uuid[]) AND ${counts('u')}`,
    [ids],
  );
  return new Map(rows.map(({ id, currentId }) => [id, currentId]));
}
