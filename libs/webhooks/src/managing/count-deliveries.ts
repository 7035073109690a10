import type { EntityManager } from '#database';

/** Pending deliveries of enabled webhooks. */
export interface OpenDeliveries {
  /** Due, but not being sent. */
  waiting: number;
  active: number;
  /** Due later: waiting for a retry, or because their webhook is paused. */
  delayed: number;
  /** How long the oldest waiting one has been due; null if none is waiting. */
  oldestWaitingSeconds: number | null;
}

const countText = `
  SELECT count(*) FILTER (WHERE is_due AND NOT is_sent)::int AS waiting,
         count(*) FILTER (WHERE is_sent)::int AS active,
         count(*) FILTER (WHERE NOT is_due AND NOT is_sent)::int AS delayed,
         extract(epoch FROM now() - min(next_attempt_at) FILTER (WHERE is_due AND NOT is_sent))::float8 AS "oldestWaitingSeconds"
  FROM (SELECT next_attempt_at, coalesce(leased_until > now(), false) AS is_sent,
               next_attempt_at <= now() AND (w.paused_until IS NULL OR w.paused_until <= now()) AS is_due
        FROM deliveries AS d JOIN webhooks AS w ON w.id = d.webhook_id
        WHERE d.state = 'pending' AND w.disabled_at IS NULL AND w.deleted_at IS NULL) AS open`;

export async function countDeliveries(manager: EntityManager): Promise<OpenDeliveries> {
  const [counts] = (await manager.query(countText)) as [OpenDeliveries];
  return counts;
}
