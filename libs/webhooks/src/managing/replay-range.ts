import type { DataSource } from '#database';
import type { EventType } from '#events';
import { firstIdOf } from '#runtime';
import type { DeliveryState } from '../rows/delivery.entity.js';
import { pendingAgain, wakeDeliverers } from './deliveries.js';
import { lockWebhook } from './webhooks.js';

/** What to replay: deliveries in these states, and events without a delivery (`missing`). */
export const replayStates = ['failed', 'delivered', 'missing'] as const;
type ReplayState = (typeof replayStates)[number];

/** A range of logged events to send again. */
export interface ReplayRange {
  /** Inclusive. */
  since: Date;
  /** Exclusive. */
  until: Date;
  /** Limits the event types that the webhook wants; all of them if unset. */
  types?: readonly EventType[] | undefined;
  states: readonly ReplayState[];
}

/** Events per statement. */
const pageSize = 2_000;

const replayText = `
  WITH page AS MATERIALIZED (
    SELECT id, position, type, upload_id FROM events
    WHERE id > $2 AND id < $3 AND position IS NOT NULL ORDER BY id LIMIT ${pageSize}),
  wanted AS MATERIALIZED (
    SELECT e.*, w.ordered AND e.upload_id IS NOT NULL AS ordered FROM webhooks AS w CROSS JOIN page AS e
    WHERE w.id = $1 AND (w.types = '{}' OR e.type = ANY (w.types)) AND ($4::text[] IS NULL OR e.type = ANY ($4))),
  again AS (
    UPDATE deliveries AS d SET ${pendingAgain} FROM wanted
    WHERE (d.webhook_id, d.event_id) = ($1, wanted.id) AND d.state = ANY ($5::text[])
    RETURNING 1),
  made AS (
    INSERT INTO deliveries (webhook_id, event_id, position, type, upload_id, ordered, state, next_attempt_at, created_at)
    SELECT $1, id, position, type, upload_id, ordered, 'pending', now(), now()
    FROM wanted WHERE 'missing' = ANY ($5)
    ON CONFLICT DO NOTHING
    RETURNING 1)
  SELECT (SELECT count(*) FROM again)::int + (SELECT count(*) FROM made)::int AS replayed,
         (SELECT count(*)::int FROM page) AS looked,
         (SELECT max(id::text) FROM page) AS last`;

/**
 * Replays one page of events, oldest first. Does not lock deliveries that are being sent, which could deadlock with the
 * recording of their outcomes.
 * @param after the cursor returned for the previous page
 * @returns the number replayed, and the cursor of the next page; null after the last
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
