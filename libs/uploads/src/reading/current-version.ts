import type { DataSource, EntityManager } from '#database';

/** The SQL condition for uploads that can be the current version of their object. */
const counts = (alias: string) =>
  `${alias}.proof IS NOT NULL AND ${alias}.confirmed_at IS NOT NULL AND ${alias}.status <> 'deleted'`;

/**
 * Sort key of versions by age: OSS's own time, in whole seconds, then when OSS last confirmed the version. It is derived, not
 * stored, so it is right in whatever order overwrites are reported.
 */
const age = (alias: string) => [
  `coalesce(${alias}.last_modified, '-infinity')`,
  `${alias}.confirmed_at`,
  `${alias}.id`,
];

/** The SQL condition that uploads `u` are, or are not, the current version of their object. */
export function isCurrent(wanted: boolean): string {
  return `${counts('u')} AND ${wanted ? 'NOT ' : ''}EXISTS (
    SELECT 1 FROM uploads AS n
    WHERE n.bucket = u.bucket AND n.object_key = u.object_key AND ${counts('n')} AND (${age('n').join()}) > (${age('u').join()}))`;
}

/** Maps the ids of confirmed, undeleted uploads to the id of the current version of the same object. */
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
