import type { EntityManager } from '#database';

/** Jobs that are in no queue yet. */
export interface OutboxCounts {
  count: number;
  /** Age of the first one; null when there is none. */
  oldestSeconds: number | null;
}

export async function countOutbox(manager: EntityManager): Promise<OutboxCounts> {
  const [counts] = (await manager.query(
    `SELECT count(*)::int AS count, extract(epoch FROM now() - min(created_at))::float8 AS "oldestSeconds" FROM outbox`,
  )) as [OutboxCounts];
  return counts;
}
