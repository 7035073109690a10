import type { EntityManager } from '#database';

/** Events without a position, which readers cannot see yet. */
export interface UnplacedEvents {
  count: number;
  /** Age of the oldest; 0 if its timestamp is in the future, null if there is none. */
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
