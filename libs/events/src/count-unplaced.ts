import type { EntityManager } from '#database';

/** Events that have no position yet: nobody can read them. */
export interface UnplacedEvents {
  count: number;
  /** Age of the first one, 0 where its row was written by a clock ahead of Postgres'; null when there is none. */
  oldestSeconds: number | null;
}

export async function countUnplaced(manager: EntityManager): Promise<UnplacedEvents> {
  const [counts] = (await manager.query(
    `SELECT count(*)::int AS count,
            CASE WHEN count(*) > 0 THEN
              greatest(0, extract(epoch FROM clock_timestamp() - min(created_at)))::float8 END AS "oldestSeconds"
     FROM events WHERE position IS NULL`,
  )) as [UnplacedEvents];
  return counts;
}
