import type { EntityManager } from '#database';
import type { DisabledReason } from '../rows/webhook.entity.js';
import { brokenAfter } from './claim-deliveries.js';
import { isOfReceiver, type Outcome } from './outcome.js';

/** Bounds of the pause between probes of a failing webhook, which is half the time since its first failure. */
const pauseMinS = 5;
const pauseMaxS = 300;

/** A newly disabled webhook. */
export interface DisabledWebhook {
  id: string;
  description: string;
  reason: Exclude<DisabledReason, 'request'>;
  failingSince: string;
}

const healthText = `
  WITH reports AS (
    SELECT * FROM jsonb_to_recordset($1::jsonb)
      AS t (id uuid, url text, succeeded boolean, failures int, gone boolean, retry_after_s float8)),
  now AS (
    SELECT id, url, failures, coalesce(failing_since, now()) AS since, disabled_at FROM webhooks
    WHERE id IN (SELECT id FROM reports) ORDER BY id FOR UPDATE),
  judged AS (
    SELECT t.*, now.failures + t.failures AS failed, now.since, CASE
        WHEN now.disabled_at IS NOT NULL THEN NULL
        WHEN t.gone THEN 'gone'
        WHEN NOT t.succeeded AND now.failures + t.failures >= ${brokenAfter}
         AND now.since <= now() - make_interval(secs => $2) THEN 'failing' END AS reason
    FROM reports AS t JOIN now USING (id, url))
  UPDATE webhooks AS w
  SET failures = CASE WHEN j.succeeded THEN 0 ELSE j.failed END,
      failing_since = CASE WHEN NOT j.succeeded THEN j.since END,
      paused_until = greatest(
        CASE WHEN NOT j.succeeded THEN w.paused_until END,
        now() + make_interval(secs => j.retry_after_s),
        CASE WHEN NOT j.succeeded AND j.failed >= ${brokenAfter} THEN now() + (0.9 + 0.2 * random())
          * greatest(least((now() - j.since) / 2, make_interval(secs => ${pauseMaxS})),
                     make_interval(secs => ${pauseMinS})) END),
      disabled_at = CASE WHEN j.reason IS NULL THEN w.disabled_at ELSE now() END,
      disabled_reason = coalesce(j.reason, w.disabled_reason)
  FROM judged AS j WHERE w.id = j.id
  RETURNING w.id, w.description, j.reason, j.since`;

/**
 * Counts failures of webhooks, pauses failing ones (circuit breaker), and disables those that answered 410 or have
 * failed for too long. A single success resets all of this. A failure may prolong a pause but never
 * shortens it. Answers of a URL that the webhook no longer has are ignored.
 * @returns the webhooks that it disabled
 */
export async function recordHealth(
  manager: EntityManager,
  outcomes: readonly Outcome[],
  disableAfterS: number,
): Promise<DisabledWebhook[]> {
  const sent = outcomes.filter(isOfReceiver);
  const byReceiver = Map.groupBy(sent, ({ delivery }) => `${delivery.webhookId} ${delivery.url}`);
  const reports = [...byReceiver.values()].map((ofReceiver) => {
    const attempts = ofReceiver.flatMap(({ attempt }) => (attempt ? [attempt] : []));
    const waits = attempts.flatMap(({ retryAfterS }) => (retryAfterS === null ? [] : [retryAfterS]));
    return {
      id: ofReceiver[0]?.delivery.webhookId,
      url: ofReceiver[0]?.delivery.url,
      succeeded: attempts.some(({ errorCode }) => errorCode === null),
      failures: attempts.filter(({ errorCode }) => errorCode !== null).length,
      gone: attempts.some(({ status }) => status === 410),
      retry_after_s: waits.length > 0 ? Math.max(...waits) : null,
    };
  });
  // TypeORM returns [rows, count] for UPDATE … RETURNING.
  const [rows] = (await manager.query(healthText, [JSON.stringify(reports), disableAfterS])) as [
    { id: string; description: string; reason: DisabledWebhook['reason'] | null; since: Date }[],
    number,
  ];
  return rows.flatMap(({ id, description, reason, since }) =>
    reason === null ? [] : [{ id, description, reason, failingSince: since.toISOString() }],
  );
}
