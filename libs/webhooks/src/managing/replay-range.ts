import type { DataSource } from '#database';
import type { EventType } from '#events';
import { firstIdOf } from '#runtime';
import type { DeliveryState } from '../rows/delivery.entity.js';
import { isNotBeingSent, pendingAgain, wakeDeliverers } from './deliveries.js';
import { lockWebhook } from './webhooks.js';

/** What of an event and a webhook is replayed: deliveries in a state, and events that have none (`missing`). */
export const replayStates = ['failed', 'delivered', 'missing'] as const;
type ReplayState = (typeof replayStates)[number];

/** Events of the log that are sent again. */
export interface ReplayRange {
  /** At or after. */
  since: Date;
  /** Before. */
  until: Date;
  /** Of those that the webhook wants; all of them unless set. */
  types?: readonly EventType[] | undefined;
  states: readonly ReplayState[];
}

/** Events that one statement looks at. */
const pageSize = 2_000;

const replayText = `
  WITH page AS MATERIALIZED (
    SELECT id, position, type, upload_id FROM events
    WHERE id > $2 AND id < $3 AND position IS NOT NULL ORDER BY id LIMIT ${pageSize}),
  made AS (
    INSERT INTO deliveries AS d (webhook_id, event_id, position, type, upload_id, ordered, state, next_attempt_at, created_at)
    SELECT w.id, e.id, e.position, e.type, e.upload_id, w.ordered AND e.upload_id IS NOT NULL, 'pending', now(), now()
    FROM webhooks AS w CROSS JOIN page AS e
    WHERE w.id = $1 AND (w.types = '{}' OR e.type = ANY (w.types)) AND ($4::text[] IS NULL OR e.type = ANY ($4))
      AND ('missing' = ANY ($5::text[]) OR EXISTS (
        SELECT FROM deliveries AS old WHERE (old.webhook_id, old.event_id) = (w.id, e.id)))
    ON CONFLICT (webhook_id, event_id) DO UPDATE SET ${pendingAgain}
    WHERE d.state = ANY ($5) AND ${isNotBeingSent}
    RETURNING 1)
  SELECT (SELECT count(*)::int FROM made) AS replayed, (SELECT count(*)::int FROM page) AS looked,
         (SELECT max(id::text) FROM page) AS last`;

/**
 * Sends the events of one page again, oldest first.
 * @param after the cursor of the page before
 * @returns how many, and the cursor of the next page; null after the last
 * @throws LandfallError webhook.not_found
 */
export async function replayRange(
  source: DataSource,
  webhookId: string,
  { since, until, types, states }: ReplayRange,
  after?: string,
): Promise<{ replayed: number; nextCursor: string | null }> {
  return source.transaction(async (manager) => {
    await lockWebhook(manager, webhookId);
    const first = firstIdOf(since.getTime());
    const [row] = (await manager.query(replayText, [
      webhookId,
      after !== undefined && after > first ? after : first,
      firstIdOf(until.getTime()),
      types ?? null,
      states satisfies readonly (DeliveryState | 'missing')[],
    ])) as [{ replayed: number; looked: number; last: string | null }];
    await wakeDeliverers(manager);
    return { replayed: row.replayed, nextCursor: row.looked === pageSize ? row.last : null };
  });
}
