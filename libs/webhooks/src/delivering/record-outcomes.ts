import type { DataSource, EntityManager } from '#database';
import { recordEvents } from '#events';
import { isOfReceiver, type Outcome } from './outcome.js';
import { withoutWaiting } from './commit.js';
import { type DisabledWebhook, recordHealth } from './record-health.js';

/**
 * Records only deliveries that are still ours; after an expired lease another worker may have claimed them with a
 * higher attempt. The next delivery that waited for an ended one becomes due. Commits asynchronously: outcomes lost in
 * a Postgres crash are delivered again.
 */
const outcomesText = `
  WITH relaxed AS MATERIALIZED (SELECT ${withoutWaiting}),
  ended AS (
    UPDATE deliveries AS d
    SET state = r.state, leased_until = NULL,
        next_attempt_at = CASE WHEN r.state = 'pending' THEN now() + make_interval(secs => r.retry_s) END,
        attempts = d.attempts - CASE WHEN r.is_sent THEN 0 ELSE 1 END,
        attempted_at = CASE WHEN r.is_sent THEN now() ELSE d.attempted_at END,
        duration_ms = CASE WHEN r.is_sent THEN r.duration_ms ELSE d.duration_ms END,
        status = CASE WHEN r.is_sent THEN r.status ELSE d.status END,
        answer = CASE WHEN r.is_sent THEN r.answer ELSE d.answer END,
        error_code = CASE WHEN r.is_sent THEN r.error_code ELSE d.error_code END
    FROM relaxed, jsonb_to_recordset($1::jsonb) AS r (webhook_id uuid, event_id uuid, attempt int, state text, retry_s float8,
      is_sent boolean, status int, answer text, duration_ms int, error_code text)
    WHERE (d.webhook_id, d.event_id) = (r.webhook_id, r.event_id) AND d.state = 'pending' AND d.attempts = r.attempt
    RETURNING d.webhook_id, d.upload_id, d.position, d.ordered, d.state),
  next AS (
    SELECT later.webhook_id, later.event_id FROM ended CROSS JOIN LATERAL (
      SELECT webhook_id, event_id FROM deliveries
      WHERE webhook_id = ended.webhook_id AND upload_id = ended.upload_id AND state = 'pending' AND ordered
        AND position > ended.position
      ORDER BY position LIMIT 1) AS later
    WHERE ended.ordered AND ended.state <> 'pending')
  UPDATE deliveries AS d SET next_attempt_at = now() FROM next
  WHERE (d.webhook_id, d.event_id) = (next.webhook_id, next.event_id) AND d.attempts = 0`;

/**
 * Records the outcomes of deliveries in one statement, plus a second one if the health of a webhook changes.
 * @param disableAfterS seconds after which a failing webhook is disabled
 * @returns the webhooks that were disabled
 */
export async function recordOutcomes(
  source: DataSource,
  outcomes: readonly Outcome[],
  disableAfterS: number,
): Promise<DisabledWebhook[]> {
  const changesHealth = outcomes
    .filter(isOfReceiver)
    .some(({ attempt, delivery }) => attempt?.errorCode !== null || delivery.isFailing);
  if (!changesHealth) {
    await recordAttempts(source.manager, outcomes);
    return [];
  }
  return source.transaction(async (manager) => {
    await recordAttempts(manager, outcomes);
    const disabled = await recordHealth(manager, outcomes, disableAfterS);
    await recordEvents(
      manager,
      disabled.map(({ id, description, reason, failingSince }) => ({
        type: 'webhook.disabled',
        uploadId: null,
        data: { webhook: { id, description, reason, failingSince } },
      })),
    );
    return disabled;
  });
}

async function recordAttempts(manager: EntityManager, outcomes: readonly Outcome[]): Promise<void> {
  const rows = outcomes.map(({ delivery, state, retryS, attempt }) => ({
    webhook_id: delivery.webhookId,
    event_id: delivery.eventId,
    attempt: delivery.attempt,
    state,
    retry_s: retryS,
    is_sent: attempt !== null,
    status: attempt?.status,
    answer: attempt?.answer,
    duration_ms: attempt?.durationMs,
    error_code: attempt?.errorCode,
  }));
  await manager.query(outcomesText, [JSON.stringify(rows)]);
}
