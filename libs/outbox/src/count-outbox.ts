import type { EntityManager } from '#database';

/** Jobs that are in no queue yet. */
export interface OutboxCounts {
  count: number;
  /** Age of the first one, 0 where its row was written by a clock ahead of Postgres'; null when there is none. */
  oldestSeconds: number | null;
}

export async function countOutbox(manager: EntityManager): Promise<OutboxCounts> {
  const [counts] = (await manager.query(
    `SELECT count(*)::int AS count,
            CASE WHEN count(*) > 0 THEN
              greatest(0, extract(epoch FROM clock_timestamp() - min(created_at)))::float8 END AS "oldestSeconds"
     FROM outbox`,
  )) as [OutboxCounts];
  return counts;
}
