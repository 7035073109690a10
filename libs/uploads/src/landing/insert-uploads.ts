import type { JobName, JobPayload } from '#outbox';
import type { Landing } from './landing.js';
import type { UploadStatus } from '../rows/upload.entity.js';

/** The upload that answers a landing. */
export interface RegisteredUpload {
  id: string;
  status: UploadStatus;
}

/** A row for `uploads` with its job; the field names are those used in `insertText`. */
export interface NewUpload extends Landing {
  id: string;
  /** `landingKeyOf` */
  landing: string;
  /** Milliseconds since 1970. */
  createdAtMs: number;
  jobId: string;
  jobPayload: JobPayload<'upload.process'>;
  /** The trace that it belongs to; unset when that is not recorded. */
  traceparent?: string | undefined;
}

/**
 * The vars of a ticket override those that the callback reports.
 *
 * All rows are passed as one JSON array: serializing it takes half as long as one array per column, and Postgres reads both
 * equally fast.
 */
const insertText = `
  WITH landed AS (
    SELECT *, to_timestamp("createdAtMs" / 1000.0) AS created_at,
              to_timestamp(("createdAtMs" + $2::bigint) / 1000.0) AS sweep_at,
              (SELECT vars FROM tickets WHERE tickets.id = "ticketId") AS ticket_vars
    FROM jsonb_to_recordset($1::jsonb)
      AS t (id uuid, landing uuid, bucket text, "objectKey" text, etag text, "sizeBytes" bigint, "mimeType" text,
            "imageInfo" jsonb, vars jsonb, "claimedVars" jsonb, proof text, "ticketId" uuid, "requestId" text, source text,
            "createdAtMs" bigint, "jobId" uuid, "jobPayload" jsonb, traceparent text)
  ), inserted AS (
    INSERT INTO uploads (id, landing, bucket, object_key, etag, size_bytes, mime_type, image_info, vars, claimed_vars, proof,
                         ticket_id, request_id, status, source, created_at, updated_at, sweep_at, traceparent)
    SELECT id, landing, bucket, "objectKey", etag, "sizeBytes", "mimeType", "imageInfo", coalesce(ticket_vars, vars),
           CASE WHEN ticket_vars IS NULL THEN "claimedVars"
                ELSE nullif("claimedVars" - ARRAY(SELECT jsonb_object_keys(ticket_vars)), '{}') END,
           proof, "ticketId", "requestId", 'stored', source, created_at, created_at, sweep_at, traceparent
    FROM landed
    ON CONFLICT DO NOTHING
    RETURNING id
  ), queued AS (
    INSERT INTO outbox (id, name, payload, traceparent)
    SELECT "jobId", $3::text, "jobPayload", traceparent FROM landed JOIN inserted USING (id)
  )
  SELECT id FROM inserted`;

/** Selects the id that was first answered for a landing, and the status of the upload that stands for it now. */
const knownText = `
  SELECT replace(u.landing::text, '-', '') AS landing, u.id, coalesce(holder.status, u.status) AS status
  FROM uploads AS u LEFT JOIN uploads AS holder ON holder.id = u.merged_into
  WHERE u.landing = ANY($1::uuid[]) AND u.landing IS NOT NULL
    AND (u.request_id IS NOT NULL OR u.status NOT IN ('failed', 'deleted', 'ignored'))`;

/** The part of a pg pool that is needed here: named prepared statements with a time limit. */
export interface RegistryPool {
  query(statement: {
    name: string;
    text: string;
    values: unknown[];
    query_timeout: number;
  }): Promise<{ rows: unknown[] }>;
}

const job: JobName = 'upload.process';
const noneKnown: ReadonlyMap<string, RegisteredUpload> = new Map();

/** Tries: a conflicting row may be gone before it is looked up, and the next insert then succeeds. */
const triesMax = 3;

/**
 * Inserts new uploads and their outbox rows in one statement. Known landings are left as they are; a second query, needed
 * only for repeated callbacks, reads their ids.
 * @param uploads distinct, and sorted by `landing`: two processes that insert the same ones must not deadlock
 * @param sweepAfterMs delay until the sweep first checks them
 * @returns id and status of the known landings, by `landing`
 */
export async function insertUploads(
  pool: RegistryPool,
  uploads: readonly NewUpload[],
  sweepAfterMs: number,
  timeoutMs: number,
): Promise<ReadonlyMap<string, RegisteredUpload>> {
  const known = new Map<string, RegisteredUpload>();
  let missing = uploads;
  for (let tries = 0; tries < triesMax; tries += 1) {
    const inserted = await pool.query({
      name: 'insert-uploads',
      text: insertText,
      query_timeout: timeoutMs,
      values: [JSON.stringify(missing), sweepAfterMs, job],
    });
    if (inserted.rows.length === missing.length) return known.size > 0 ? known : noneKnown;
    const ids = new Set((inserted.rows as { id: string }[]).map((row) => row.id));
    const others = missing.filter((upload) => !ids.has(upload.id));
    const answer = await pool.query({
      name: 'known-uploads',
      text: knownText,
      query_timeout: timeoutMs,
      values: [others.map((row) => row.landing)],
    });
    for (const { landing, id, status } of answer.rows as (RegisteredUpload & { landing: string })[])
      known.set(landing, { id, status });
    missing = others.filter((row) => !known.has(row.landing));
    if (missing.length === 0) return known;
  }
  throw new Error(`${missing.length} uploads were neither new nor known`);
}
