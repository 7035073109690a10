import type { MigrationInterface, QueryRunner } from 'typeorm';

const pageSize = 10_000;
/** Clocks of the processes that make ids may differ by less than this. */
const skewMs = 3_600_000;

const isGone = `status IN ('failed', 'deleted', 'ignored')`;
const isUnfinished = `status IN ('stored', 'processing') OR reprocessing_since IS NOT NULL`;

/** By name, what follows `ON uploads`. */
const indexes: Readonly<Record<string, string>> = {
  // Every message of one landing meets here; what is over gives way, unless OSS's request id tells landings apart.
  uploads_landing: `(landing) WHERE landing IS NOT NULL AND (request_id IS NOT NULL OR NOT (${isGone}))`,
  // A confirmed version has one upload at most.
  uploads_version: `(bucket, object_key, etag)
    WHERE confirmed_at IS NOT NULL AND (NOT (${isGone}) OR reprocessing_since IS NOT NULL)`,
  uploads_key: '(bucket, object_key) WHERE proof IS NOT NULL',
  uploads_ticket: '(ticket_id) WHERE ticket_id IS NOT NULL',
  uploads_merged: '(merged_into) WHERE merged_into IS NOT NULL',
  uploads_sweep: `(sweep_at) WHERE ${isUnfinished} OR proof IS NULL`,
};
const unique = new Set(['uploads_landing', 'uploads_version']);

/** Changes rows of before that are not as they would be written now. What was planned was confirmed by then. */
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

/** As the release before wants them; of a ticket's nonce only the id counts there. */
const restore = `
  UPDATE uploads SET
    etag = coalesce(etag, 'unknown-' || id),
    vars = coalesce(claimed_vars, '{}') || vars || CASE WHEN ticket_id IS NULL THEN '{}'
      ELSE jsonb_build_object('ticket', ticket_id || '.0.' || repeat('0', 43)) END
  WHERE (etag IS NULL OR claimed_vars IS NOT NULL OR ticket_id IS NOT NULL)`;

/** Of several rows of one version the living one keeps its ETag, or the newest. */
const separate = `
  UPDATE uploads SET etag = 'unknown-' || id
  WHERE id IN (SELECT id FROM (
    SELECT id, row_number() OVER (PARTITION BY bucket, object_key, etag
                                  ORDER BY (confirmed_at IS NOT NULL AND NOT (${isGone})) DESC, id DESC) AS place
    FROM uploads WHERE etag IS NOT NULL) AS rows WHERE place > 1)`;

/**
 * An upload is one landing, and holds its object version only once OSS has confirmed it (decision 18).
 *
 * For live tables: no statement scans or rewrites the table under a lock that others wait for, but for rows of the last hour.
 * Each step may run again when the one after it was interrupted. An api of the release before cannot record callbacks
 * once this is done, and answers 503 until it is replaced: start the new one right after.
 */
export class ConfirmLandings1764122400000 implements MigrationInterface {
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    // Rather fail than stand in a line in which everybody waits.
    await runner.query(`SET lock_timeout = '10s'`);
    if (await hasConstraint(runner, 'uploads_object_key')) await adoptRows(runner);
    await runner.query('RESET lock_timeout');
    await runner.query('DROP INDEX CONCURRENTLY IF EXISTS uploads_unfinished');
  }

  /** An api of this release refuses the same bytes a second time while this runs: put the one before in its place at once. */
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
  // Rows of before, and of an api of before that still records some, count as what OSS has confirmed.
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

/** Runs a change that ends with a condition page by page, each in a transaction of its own. */
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

/** Runs a change on what came since `startMs`. */
async function changeLatest(runner: QueryRunner, change: string, startMs: number): Promise<void> {
  const hex = Math.max(0, startMs - skewMs)
    .toString(16)
    .padStart(12, '0');
  await runner.query(`${change} AND id >= $1`, [
    `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7000-8000-000000000000`,
  ]);
}

/** An interrupted one has left an index that is not valid. */
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
