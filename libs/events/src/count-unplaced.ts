import type { EntityManager } from '#database';

/** Events that have no position yet: nobody can read them. */
export interface UnplacedEvents {
  count: number;
  /** Age of the first one; null when there is none. */
  oldestSeconds: number | null;
}

export async function countUnplaced(manager: EntityManager): Promise<UnplacedEvents> {
  const [counts] = (await manager.query(
    `SELECT count(*)::int AS count, extract(epoch FROM now() - min(created_at))::float8 AS "oldestSeconds"
     FROM events WHERE position IS NULL`,
  )) as [UnplacedEvents];
  return counts;
}
