import type { DataSource } from '#database';
import { withoutWaiting } from './commit.js';
import type { DeliveryType } from '../rows/delivery.entity.js';
import type { SigningSecret } from '../signing/secrets.js';

/** Lease duration: a worker that does not renew in time loses its claims. */
export const leaseS = 5;
/** Consecutive failures after which a webhook is only probed, one delivery at a time. */
export const brokenAfter = 5;
/** Minimum delay of a delivery that waits for an earlier event of its upload; it is woken when that one ends. */
const orderedWaitS = 1;

/** A delivery claimed by this worker. */
export interface ClaimedDelivery {
  webhookId: string;
  eventId: string;
  /** 1-based attempt number; also a fencing token, because later claims have a higher one. */
  attempt: number;
  type: DeliveryType;
  uploadId: string | null;
  /** Of the event, or of the delivery if the event is no longer in the log. */
  createdAt: Date;
  /** Of the event; null if it is no longer in the log. */
  data: object | null;
  /** Of the event; null if not recorded. */
  traceparent: string | null;
  url: string;
  secrets: SigningSecret[];
  /** Whether the webhook has failed since its last success. */
  isFailing: boolean;
}

/** A worker's remaining capacity. */
export interface Capacity {
  /** Requests in flight, by webhook. */
  busy: ReadonlyMap<string, number>;
  /** Maximum number of claims. */
  limit: number;
  /** Maximum requests in flight per webhook. */
  perWebhook: number;
}

export interface Claims {
  deliveries: ClaimedDelivery[];
  /** Number of deliveries put off because they wait for an earlier one; others may be due behind them. */
  putOff: number;
}

/**
 * Claims due deliveries per webhook, so that webhooks do not block each other; those with the fewest requests in flight
 * come first. Deliveries that wait for an earlier event of their upload are put off, so that they are not examined
 * again and again.
 *
 * Commits asynchronously: a claim lost in a Postgres crash may already have been sent, and is sent again.
 */
const claimText = `
  WITH relaxed AS MATERIALIZED (SELECT ${withoutWaiting}),
  open AS MATERIALIZED (
    SELECT w.id, w.url, w.secrets, w.failures,
           CASE WHEN w.failures >= ${brokenAfter} THEN 1 ELSE $3::int END - coalesce(busy.requests, 0) AS room
    FROM webhooks AS w LEFT JOIN unnest($1::uuid[], $2::int[]) AS busy (id, requests) ON busy.id = w.id
    WHERE w.disabled_at IS NULL AND w.deleted_at IS NULL AND (w.paused_until IS NULL OR w.paused_until <= now())
    ORDER BY coalesce(busy.requests, 0), random()),
  due AS MATERIALIZED (
    SELECT found.* FROM open CROSS JOIN LATERAL (
      SELECT webhook_id, event_id, upload_id, ordered, position FROM deliveries
      WHERE webhook_id = open.id AND state = 'pending' AND next_attempt_at <= now()
        AND (leased_until IS NULL OR leased_until <= now())
      ORDER BY next_attempt_at, position LIMIT greatest(open.room, 0) FOR UPDATE SKIP LOCKED) AS found
    LIMIT $4),
  judged AS MATERIALIZED (
    SELECT webhook_id, event_id, CASE WHEN ordered THEN (
             SELECT earlier.next_attempt_at FROM deliveries AS earlier
             WHERE earlier.webhook_id = due.webhook_id AND earlier.upload_id = due.upload_id
               AND earlier.state = 'pending' AND earlier.ordered AND earlier.position < due.position
             ORDER BY earlier.position LIMIT 1) END AS waits_until
    FROM due),
  put_off AS (
    UPDATE deliveries AS d
    SET next_attempt_at = greatest(judged.waits_until, now() + make_interval(secs => ${orderedWaitS}))
    FROM judged
    WHERE (d.webhook_id, d.event_id) = (judged.webhook_id, judged.event_id) AND judged.waits_until IS NOT NULL
    RETURNING 1),
  taken AS (
    UPDATE deliveries AS d
    SET attempts = d.attempts + 1, leased_until = now() + make_interval(secs => ${leaseS})
    FROM judged
    WHERE (d.webhook_id, d.event_id) = (judged.webhook_id, judged.event_id) AND judged.waits_until IS NULL
    RETURNING d.*)
  SELECT t.webhook_id, t.event_id, t.attempts, t.type, t.upload_id, t.created_at, e.data, e.traceparent,
         e.created_at AS happened_at,
         open.url, open.secrets, open.failures > 0 AS is_failing, late.put_off
  FROM relaxed, (SELECT count(*)::int AS put_off FROM put_off) AS late
  LEFT JOIN taken AS t ON true LEFT JOIN open ON open.id = t.webhook_id LEFT JOIN events AS e ON e.id = t.event_id`;

/** A row that carries only the number put off. */
interface EmptyRow {
  put_off: number;
  webhook_id: null;
}

interface Row {
  put_off: number;
  webhook_id: string;
  event_id: string;
  attempts: number;
  type: DeliveryType;
  upload_id: string | null;
  created_at: Date;
  data: object | null;
  traceparent: string | null;
  happened_at: Date | null;
  url: string;
  secrets: SigningSecret[];
  is_failing: boolean;
}

/** Claims due deliveries under a lease, which the worker renews while it sends them. */
export async function claimDeliveries(
  source: DataSource,
  { busy, limit, perWebhook }: Capacity,
): Promise<Claims> {
  const rows = (await source.query(claimText, [[...busy.keys()], [...busy.values()], perWebhook, limit])) as (
    | Row
    | EmptyRow
  )[];
  return {
    deliveries: rows.filter((row): row is Row => row.webhook_id !== null).map(toDelivery),
    putOff: rows[0]?.put_off ?? 0,
  };
}

function toDelivery(row: Row): ClaimedDelivery {
  return {
    webhookId: row.webhook_id,
    eventId: row.event_id,
    attempt: row.attempts,
    type: row.type,
    uploadId: row.upload_id,
    createdAt: row.happened_at ?? row.created_at,
    data: row.data,
    traceparent: row.traceparent,
    url: row.url,
    secrets: row.secrets,
    isFailing: row.is_failing,
  };
}

/** Renews by webhook, event and attempt; skips rows locked by another transaction. */
const renewText = `
  WITH held AS MATERIALIZED (
    SELECT d.webhook_id, d.event_id FROM unnest($1::uuid[], $2::uuid[], $3::int[]) AS held (webhook_id, event_id, attempt)
    JOIN deliveries AS d ON (d.webhook_id, d.event_id) = (held.webhook_id, held.event_id)
    WHERE d.state = 'pending' AND d.attempts = held.attempt FOR UPDATE OF d SKIP LOCKED)
  UPDATE deliveries AS d SET leased_until = now() + make_interval(secs => ${leaseS})
  FROM held WHERE (d.webhook_id, d.event_id) = (held.webhook_id, held.event_id)`;

/**
 * Renews the leases of deliveries in flight. Skips those whose outcome is being recorded, because that statement locks
 * further rows that we hold, and the two could deadlock.
 */
export async function renewLeases(
  source: DataSource,
  deliveries: readonly Pick<ClaimedDelivery, 'webhookId' | 'eventId' | 'attempt'>[],
): Promise<void> {
  await source.query(renewText, [
    deliveries.map(({ webhookId }) => webhookId),
    deliveries.map(({ eventId }) => eventId),
    deliveries.map(({ attempt }) => attempt),
  ]);
}
