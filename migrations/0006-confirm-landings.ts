import type { MigrationInterface, QueryRunner } from 'typeorm';

const pageSize = 10_000;
/** Upper bound of the clock skew between processes that generate ids. */
const skewMs = 3_600_000;

const isGone = `status IN ('failed', 'deleted', 'ignored')`;
const isUnfinished = `status IN ('stored', 'processing') OR reprocessing_since IS NOT NULL`;

/** Index definitions by name: the part after `ON uploads`. */
const indexes: Readonly<Record<string, string>> = {
  // Deduplicates the messages of one landing. Ended uploads give way, unless OSS's request id tells landings apart.
  uploads_landing: `(landing) WHERE landing IS NOT NULL AND (request_id IS NOT NULL OR NOT (${isGone}))`,
  // At most one upload per confirmed object version.
  uploads_version: `(bucket, object_key, etag)
    WHERE confirmed_at IS NOT NULL AND (NOT (${isGone}) OR reprocessing_since IS NOT NULL)`,
  uploads_key: '(bucket, object_key) WHERE proof IS NOT NULL',
  uploads_ticket: '(ticket_id) WHERE ticket_id IS NOT NULL',
  uploads_merged: '(merged_into) WHERE merged_into IS NOT NULL',
  uploads_sweep: `(sweep_at) WHERE ${isUnfinished} OR proof IS NULL`,
};
const unique = new Set(['uploads_landing', 'uploads_version']);

/** Converts existing rows to the new form. Uploads that were already planned count as confirmed. */
const adopt = `
  UPDATE uploads SET
    confirmed_at = CASE WHEN kind IS NULL THEN NULL ELSE confirmed_at END,
    etag = CASE WHEN etag LIKE 'unknown-%' THEN NULL ELSE etag END,
    ticket_id = coalesce(ticket_id, (
      SELECT t.id FROM tickets AS t
      WHERE t.id = substring(uploads.vars ->> 'ticket' FROM '^([0-9a-f]{8}-[0-9a-f-]{27})[.]')::uuid
        AND t.bucket = uploads.bucket AND t.object_key = uploads.object_key)),
    vars = CASE WHEN vars ->> 'ticket' ~ '^[0-9a-f]{8}-[0-9a-f-]{27}[.]' THEN vars - 'ticket' ELSE vars END
  WHERE (kind IS NULL OR etag LIKE 'unknown-%' OR vars ? 'ticket')`;

/** Converts rows back for the previous release, which uses only the id of a ticket's nonce. */
const restore = `
  UPDATE uploads SET
    etag = coalesce(etag, 'unknown-' || id),
    vars = coalesce(claimed_vars, '{}') || vars || CASE WHEN ticket_id IS NULL THEN '{}'
      ELSE jsonb_build_object('ticket', ticket_id || '.0.' || repeat('0', 43)) END
  WHERE (etag IS NULL OR claimed_vars IS NOT NULL OR ticket_id IS NOT NULL)`;

/** Among several rows of one version, only the live one, or else the newest, keeps its ETag. */
const separate = `
  UPDATE uploads SET etag = 'unknown-' || id
  WHERE id IN (SELECT id FROM (
    SELECT id, row_number() OVER (PARTITION BY bucket, object_key, etag
                                  ORDER BY (confirmed_at IS NOT NULL AND NOT (${isGone})) DESC, id DESC) AS place
    FROM uploads WHERE etag IS NOT NULL) AS rows WHERE place > 1)`;

/**
 * An upload is one landing, and owns its object version only once OSS has confirmed it (decision 18).
 *
 * Online: no statement scans or rewrites the table under a blocking lock, except for rows of the last hour. Each step is
 * idempotent, in case a later one is interrupted. Afterwards, an api of the previous release cannot record callbacks and
 * answers 503: start the new one immediately.
 */
export class ConfirmLandings1764122400000 implements MigrationInterface {
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    // Fails instead of blocking all later statements in the lock queue.
    await runner.query(`SET lock_timeout = '10s'`);
    if (await hasConstraint(runner, 'uploads_object_key')) await adoptRows(runner);
    await runner.query('RESET lock_timeout');
    await runner.query('DROP INDEX CONCURRENTLY IF EXISTS uploads_unfinished');
  }

  /** While this runs, an api of this release refuses the same bytes a second time: start the previous release immediately. */
  async down(runner: QueryRunner): Promise<void> {
    const startMs = Date.now();
    await runner.query(`SET lock_timeout = '10s'`);
    await changePages(runner, restore);
    await runner.query(separate);
    await createIndex(runner, 'UNIQUE', 'uploads_object_key', '(bucket, object_key, etag)');
    await createIndex(runner, '', 'uploads_unfinished', `(sweep_at) WHERE ${isUnfinished}`);
    await runner.startTransaction();
    await runner.query('LOCK TABLE uploads');
    await changeLatest(runner, restore, startMs);
    await runner.query(`
      ALTER TABLE uploads ALTER COLUMN etag SET NOT NULL,
                          ADD CONSTRAINT uploads_object_key UNIQUE USING INDEX uploads_object_key,
                          DROP COLUMN landing, DROP COLUMN request_id, DROP COLUMN ticket_id, DROP COLUMN claimed_vars,
                          DROP COLUMN proof, DROP COLUMN confirmed_at, DROP COLUMN last_modified, DROP COLUMN merged_into`);
    await runner.query('ALTER TABLE tickets DROP COLUMN overwrite');
    await runner.commitTransaction();
    await runner.query('RESET lock_timeout');
  }
}

async function adoptRows(runner: QueryRunner): Promise<void> {
  const startMs = Date.now();
  // The defaults mark existing rows, and rows that an api of the previous release still inserts, as confirmed by OSS.
  await runner.query(`
    ALTER TABLE uploads ADD COLUMN IF NOT EXISTS landing uuid,
                        ADD COLUMN IF NOT EXISTS request_id text,
                        ADD COLUMN IF NOT EXISTS ticket_id uuid,
                        ADD COLUMN IF NOT EXISTS claimed_vars jsonb,
                        ADD COLUMN IF NOT EXISTS proof text DEFAULT 'object',
                        ADD COLUMN IF NOT EXISTS confirmed_at timestamptz DEFAULT now(),
                        ADD COLUMN IF NOT EXISTS last_modified timestamptz,
                        ADD COLUMN IF NOT EXISTS merged_into uuid,
                        ALTER COLUMN etag DROP NOT NULL`);
  await runner.query('ALTER TABLE tickets ADD COLUMN IF NOT EXISTS overwrite boolean NOT NULL DEFAULT false');
  if (!(await hasConstraint(runner, 'uploads_proof_check'))) {
    await runner.query(
      `ALTER TABLE uploads ADD CONSTRAINT uploads_proof_check CHECK (proof IN ('ticket', 'url', 'object')) NOT VALID`,
    );
  }
  await runner.query('ALTER TABLE uploads VALIDATE CONSTRAINT uploads_proof_check');
  await changePages(runner, adopt);
  for (const [name, definition] of Object.entries(indexes))
    await createIndex(runner, unique.has(name) ? 'UNIQUE' : '', name, definition);
  await runner.startTransaction();
  await runner.query('LOCK TABLE uploads');
  await changeLatest(runner, adopt, startMs);
  await runner.query(`
    ALTER TABLE uploads ALTER COLUMN proof DROP DEFAULT, ALTER COLUMN confirmed_at DROP DEFAULT,
                        DROP CONSTRAINT uploads_object_key`);
  await runner.commitTransaction();
}

/** Runs a change, which must end with a condition, page by page, each in its own transaction. */
async function changePages(runner: QueryRunner, change: string): Promise<void> {
  let last = '00000000-0000-0000-0000-000000000000';
  for (;;) {
    const [page] = (await runner.query(
      `SELECT max(id::text) AS last FROM (SELECT id FROM uploads WHERE id > $1 ORDER BY id LIMIT ${pageSize}) AS page`,
      [last],
    )) as [{ last: string | null }];
    if (page.last === null) return;
    await runner.query(`${change} AND id > $1 AND id <= $2`, [last, page.last]);
    last = page.last;
  }
}

/** Runs a change on the rows added since `startMs`. */
async function changeLatest(runner: QueryRunner, change: string, startMs: number): Promise<void> {
  const hex = Math.max(0, startMs - skewMs)
    .toString(16)
    .padStart(12, '0');
  await runner.query(`${change} AND id >= $1`, [
    `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7000-8000-000000000000`,
  ]);
}

/** Builds an index concurrently, first dropping the invalid one of an interrupted build. */
async function createIndex(
  runner: QueryRunner,
  kind: 'UNIQUE' | '',
  name: string,
  definition: string,
): Promise<void> {
  await runner.query(`DROP INDEX CONCURRENTLY IF EXISTS ${name}`);
  await runner.query(`CREATE ${kind} INDEX CONCURRENTLY ${name} ON uploads ${definition}`);
}

async function hasConstraint(runner: QueryRunner, name: string): Promise<boolean> {
  const [row] = (await runner.query(
    `SELECT EXISTS (SELECT FROM pg_constraint WHERE conname = $1 AND conrelid = 'uploads'::regclass) AS has`,
    [name],
  )) as [{ has: boolean }];
  return row.has;
}
