import type { EntityManager } from '#database';

/** Jobs that are in no queue yet. */
export interface OutboxCounts {
  count: number;
  /** Age of the oldest in seconds, at least 0; null if there is none. */
  oldestSeconds: number | null;
}

/** Counts the outbox rows. */
export async function countOutbox(manager: EntityManager): Promise<OutboxCounts> {
  const [counts] = (await manager.query(
    `SELECT count(*)::int AS count,
            CASE WHEN count(*) > 0 THEN
              greatest(0, extract(epoch FROM clock_timestamp() - min(created_at)))::float8 END AS "oldestSeconds"
     FROM outbox`,
  )) as [OutboxCounts];
  return counts;
}
