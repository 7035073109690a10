import type { DataSource } from '#database';
import { withoutWaiting } from './commit.js';
import type { DeliveryType } from '../rows/delivery.entity.js';
import type { SigningSecret } from '../signing/secrets.js';

/** A worker that says nothing for this long has lost what it claimed. */
export const leaseS = 5;
/** Failures in a row from which on a webhook is only probed, one delivery at a time. */
export const brokenAfter = 5;
/** So long waits at least what waits for an earlier event of its upload; when that one ends, it is woken. */
const orderedWaitS = 1;

/** A delivery that this worker sends now. */
export interface ClaimedDelivery {
  webhookId: string;
  eventId: string;
  /** Which attempt this is, from 1 on. Whoever claimed it later has a higher one. */
  attempt: number;
  type: DeliveryType;
  uploadId: string | null;
  /** Of the event. */
  createdAt: Date;
  /** Of the event; null if the log does not have it any more. */
  data: object | null;
  /** Of the event; null when it is not recorded. */
  traceparent: string | null;
  url: string;
  secrets: SigningSecret[];
  /** Whether deliveries to this webhook failed last. */
  isFailing: boolean;
}

/** How much a worker can take on. */
export interface Capacity {
  /** Requests under way, by webhook. */
  busy: ReadonlyMap<string, number>;
  /** How many are claimed at most. */
  limit: number;
  /** How many requests one webhook may have under way. */
  perWebhook: number;
}

export interface Claims {
  deliveries: ClaimedDelivery[];
  /** How many were put off because they wait for an earlier one: others may be due behind them. */
  putOff: number;
}

/**
 * For each webhook by itself what is due, so that none waits behind another; those with the fewest
 * requests under way come first. What waits for an earlier event of its upload is put off, so that
 * it is not looked at again and again.
 *
 * It does not wait for the disk: a claim that a crash of Postgres undoes was sent perhaps, and is sent again.
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

/** Says only how many were put off. */
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

/** Takes deliveries that are due. They are this worker's until their lease ends, which it prolongs while it sends them. */
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

/** Of these webhooks, events and attempts; a row that another transaction holds is passed by. */
const renewText = `
  WITH held AS MATERIALIZED (
    SELECT d.webhook_id, d.event_id FROM unnest($1::uuid[], $2::uuid[], $3::int[]) AS held (webhook_id, event_id, attempt)
    JOIN deliveries AS d ON (d.webhook_id, d.event_id) = (held.webhook_id, held.event_id)
    WHERE d.state = 'pending' AND d.attempts = held.attempt FOR UPDATE OF d SKIP LOCKED)
  UPDATE deliveries AS d SET leased_until = now() + make_interval(secs => ${leaseS})
  FROM held WHERE (d.webhook_id, d.event_id) = (held.webhook_id, held.event_id)`;

/**
 * Prolongs the leases of deliveries that take longer. Waits for none whose outcome is being recorded just now: that statement
 * has rows of its own that we hold, and the two would wait for each other.
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
