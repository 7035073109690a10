import type { EntityManager } from '#database';
import type { PlacedEvents } from '#events';

/**
 * Creates the deliveries of newly placed events, one for each webhook that wants them, in the transaction that places
 * them: a visible event always has its deliveries.
 */
export async function placeDeliveries(manager: EntityManager, { first, last }: PlacedEvents): Promise<void> {
  await manager.query(
    `INSERT INTO deliveries (webhook_id, event_id, position, type, upload_id, ordered, state, next_attempt_at, created_at)
     SELECT w.id, e.id, e.position, e.type, e.upload_id, w.ordered AND e.upload_id IS NOT NULL, 'pending', now(), now()
     FROM webhooks AS w CROSS JOIN events AS e
     WHERE e.position BETWEEN $1 AND $2 AND w.disabled_at IS NULL AND w.deleted_at IS NULL
       AND (w.types = '{}' OR e.type = ANY (w.types))
     ON CONFLICT DO NOTHING`,
    [first, last],
  );
}
