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

/** A row for `uploads` and the job that goes with it. */
export interface NewUpload extends Landing {
  id: string;
  etag: string;
  job: { id: string; name: JobName; payload: JobPayload<'upload.process'> };
  sweepAfterMs: number;
}

/** Rows arrive sorted by their unique key, so that two processes that insert the same keys cannot deadlock. */
const insertText = `
  WITH landed AS (
    SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::jsonb[], $8::jsonb[],
                         $9::timestamptz[], $10::timestamptz[], $11::uuid[], $12::text[], $13::jsonb[])
      AS t (id, bucket, object_key, etag, size_bytes, mime_type, image_info, vars,
            created_at, sweep_at, job_id, job_name, job_payload)
  ), inserted AS (
    INSERT INTO uploads (id, bucket, object_key, etag, size_bytes, mime_type, image_info, vars, status, source,
                         created_at, updated_at, sweep_at)
    SELECT id, bucket, object_key, etag, size_bytes, mime_type, image_info, vars, 'stored', 'callback',
           created_at, created_at, sweep_at
    FROM landed
    ON CONFLICT (bucket, object_key, etag) DO NOTHING
    RETURNING id
  ), queued AS (
    INSERT INTO outbox (id, name, payload)
    SELECT job_id, job_name, job_payload FROM landed JOIN inserted USING (id)
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
export function keyOf(object: { bucket: string; objectKey: string; etag: string | null }): string {
  return `${object.bucket}\0${object.objectKey}\0${object.etag ?? ''}`;
}

/**
 * Inserts new uploads and their outbox rows in one statement. Uploads that are there already stay as they are; their ids
 * come from a second look, which only repeated callbacks pay for.
 * @returns every upload's id and status by `keyOf`
 */
export async function insertUploads(
  pool: RegistryPool,
  uploads: readonly NewUpload[],
  timeoutMs: number,
): Promise<Map<string, RegisteredUpload>> {
  const rows = uploads.length > 1 ? sortByKey(uploads) : uploads;
  const inserted = await pool.query({
    name: 'insert-uploads',
    text: insertText,
    query_timeout: timeoutMs,
    values: [
      rows.map((row) => row.id),
      rows.map((row) => row.bucket),
      rows.map((row) => row.objectKey),
      rows.map((row) => row.etag),
      rows.map((row) => row.sizeBytes),
      rows.map((row) => row.mimeType),
      rows.map((row) => (row.imageInfo ? JSON.stringify(row.imageInfo) : null)),
      rows.map((row) => JSON.stringify(row.vars)),
      rows.map((row) => new Date(timeOfId(row.id)).toISOString()),
      rows.map((row) => new Date(timeOfId(row.id) + row.sweepAfterMs).toISOString()),
      rows.map((row) => row.job.id),
      rows.map((row) => row.job.name),
      rows.map((row) => JSON.stringify(row.job.payload)),
    ],
  });
  const ids = new Set((inserted.rows as { id: string }[]).map((row) => row.id));
  const registered = new Map<string, RegisteredUpload>();
  const others: NewUpload[] = [];
  for (const row of rows) {
    if (ids.has(row.id)) registered.set(keyOf(row), { id: row.id, status: 'stored' });
    else others.push(row);
  }
  if (others.length === 0) return registered;
  const known = await pool.query({
    name: 'known-uploads',
    text: knownText,
    query_timeout: timeoutMs,
    values: [
      others.map((row) => row.bucket),
      others.map((row) => row.objectKey),
      others.map((row) => row.etag),
    ],
  });
  for (const row of known.rows as (RegisteredUpload & {
    bucket: string;
    objectKey: string;
    etag: string;
  })[]) {
    registered.set(keyOf(row), { id: row.id, status: row.status });
  }
  return registered;
}

function sortByKey(uploads: readonly NewUpload[]): NewUpload[] {
  return uploads
    .map((upload) => ({ upload, key: keyOf(upload) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ upload }) => upload);
}

/** The milliseconds since 1970 in the first 48 bits of a UUIDv7. */
function timeOfId(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}
