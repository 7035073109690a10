import type { JobName, JobPayload } from '#outbox';
import type { ImageInfo, UploadStatus } from './upload.entity.js';

/** An object that landed, as the callback told it. */
export interface Landing {
  bucket: string;
  objectKey: string;
  /** without quotes, upper-case; null when the callback did not tell: the worker asks OSS */
  etag: string | null;
  /** null when the callback did not tell */
  sizeBytes: number | null;
  mimeType: string | null;
  imageInfo: ImageInfo | null;
  vars: Record<string, string>;
}

export interface RegisteredUpload {
  id: string;
  status: UploadStatus;
}

/** A row for `uploads` and the job that goes with it; its fields are those that `insertText` names. */
export interface NewUpload extends Landing {
  id: string;
  etag: string;
  /** Milliseconds since 1970. */
  createdAtMs: number;
  jobId: string;
  jobPayload: JobPayload<'upload.process'>;
}

/**
 * All rows come as one JSON array: to write it takes half the time that an array for each column takes, and Postgres reads
 * either just as fast.
 */
const insertText = `
  WITH landed AS (
    SELECT *, to_timestamp("createdAtMs" / 1000.0) AS created_at,
              to_timestamp(("createdAtMs" + $2::bigint) / 1000.0) AS sweep_at
    FROM jsonb_to_recordset($1::jsonb)
      AS t (id uuid, bucket text, "objectKey" text, etag text, "sizeBytes" bigint, "mimeType" text, "imageInfo" jsonb,
            vars jsonb, "createdAtMs" bigint, "jobId" uuid, "jobPayload" jsonb)
  ), inserted AS (
    INSERT INTO uploads (id, bucket, object_key, etag, size_bytes, mime_type, image_info, vars, status, source,
                         created_at, updated_at, sweep_at)
    SELECT id, bucket, "objectKey", etag, "sizeBytes", "mimeType", "imageInfo", vars, 'stored', 'callback',
           created_at, created_at, sweep_at
    FROM landed
    ON CONFLICT (bucket, object_key, etag) DO NOTHING
    RETURNING id
  ), queued AS (
    INSERT INTO outbox (id, name, payload)
    SELECT "jobId", $3::text, "jobPayload" FROM landed JOIN inserted USING (id)
  )
  SELECT id FROM inserted`;

const knownText = `
  SELECT id, bucket, object_key AS "objectKey", etag, status FROM uploads
  WHERE (bucket, object_key, etag) IN (SELECT * FROM unnest($1::text[], $2::text[], $3::text[]))`;

/** What of a pg pool this needs: statements prepared by name, with a time limit. */
export interface RegistryPool {
  query(statement: {
    name: string;
    text: string;
    values: unknown[];
    query_timeout: number;
  }): Promise<{ rows: unknown[] }>;
}

/** One string for bucket, key and ETag; NUL is in none of them. */
export function keyOf(bucket: string, objectKey: string, etag: string): string {
  return `${bucket}\0${objectKey}\0${etag}`;
}

const job: JobName = 'upload.process';
const noneKnown: ReadonlyMap<string, RegisteredUpload> = new Map();

/**
 * Inserts new uploads and their outbox rows in one statement. Uploads that are there already stay as they are; their ids
 * come from a second look, which only repeated callbacks pay for.
 * @param uploads sorted by `keyOf`, so that two processes that insert the same keys cannot deadlock; none twice
 * @param sweepAfterMs when the sweep first looks at them
 * @returns id and status of those that were there already, by `keyOf`
 */
export async function insertUploads(
  pool: RegistryPool,
  uploads: readonly NewUpload[],
  sweepAfterMs: number,
  timeoutMs: number,
): Promise<ReadonlyMap<string, RegisteredUpload>> {
  const inserted = await pool.query({
    name: 'insert-uploads',
    text: insertText,
    query_timeout: timeoutMs,
    values: [JSON.stringify(uploads), sweepAfterMs, job],
  });
  if (inserted.rows.length === uploads.length) return noneKnown;
  const ids = new Set((inserted.rows as { id: string }[]).map((row) => row.id));
  const others = uploads.filter((upload) => !ids.has(upload.id));
  const answer = await pool.query({
    name: 'known-uploads',
    text: knownText,
    query_timeout: timeoutMs,
    values: [
      others.map((row) => row.bucket),
      others.map((row) => row.objectKey),
      others.map((row) => row.etag),
    ],
  });
  const rows = answer.rows as (RegisteredUpload & Record<'bucket' | 'objectKey' | 'etag', string>)[];
  const known = new Map(
    rows.map(({ id, status, bucket, objectKey, etag }) => [keyOf(bucket, objectKey, etag), { id, status }]),
  );
  const lost = others.find((row) => !known.has(keyOf(row.bucket, row.objectKey, row.etag)));
  if (lost) throw new Error(`an upload was neither new nor known: ${lost.bucket}/${lost.objectKey}`);
  return known;
}
