import type { MigrationInterface, QueryRunner } from 'typeorm';

const pageSize = 10_000;
/** Upper bound of the clock skew between processes that generate ids. */
const skewMs = 3_600_000;
const unfinished = `status IN ('stored', 'processing')`;

/**
 * Renditions name the job that makes them instead of its queue. They can be made again, and replaced files are removed later.
 *
 * Online: no statement scans or rewrites a table under a blocking lock, so this cannot be one transaction. Each step is
 * idempotent, in case a later one is interrupted. Workers of the previous release no longer find the column `queue` and
 * retry until they are replaced.
 */
export class NameJobs1763776800000 implements MigrationInterface {
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE IF NOT EXISTS removals (
        id uuid NOT NULL,
        upload_id uuid NOT NULL,
        name text NOT NULL,
        spec_hash text NOT NULL,
        bucket text NOT NULL,
        object_key text NOT NULL,
        due_at timestamptz NOT NULL,
        CONSTRAINT removals_pkey PRIMARY KEY (id)
      )`);
    await runner.query('CREATE INDEX IF NOT EXISTS removals_due ON removals (due_at)');
    await runner.query('CREATE INDEX IF NOT EXISTS removals_upload ON removals (upload_id)');
    // Fails instead of blocking all later statements in the lock queue.
    await runner.query(`SET lock_timeout = '10s'`);
    await runner.query('ALTER TABLE uploads ADD COLUMN IF NOT EXISTS reprocessing_since timestamptz');
    const [{ isNamed }] = (await runner.query(
      `SELECT NOT EXISTS (SELECT FROM information_schema.columns
                          WHERE table_schema = current_schema AND table_name = 'renditions' AND column_name = 'queue') AS "isNamed"`,
    )) as [{ isNamed: boolean }];
    if (!isNamed) await nameJobs(runner);
    await runner.query('RESET lock_timeout');
    // An interrupted build leaves an invalid index.
    await runner.query('DROP INDEX CONCURRENTLY IF EXISTS uploads_unfinished');
    await runner.query(
      `CREATE INDEX CONCURRENTLY uploads_unfinished ON uploads (sweep_at)
       WHERE ${unfinished} OR reprocessing_since IS NOT NULL`,
    );
    await runner.query('DROP INDEX CONCURRENTLY IF EXISTS uploads_sweep');
  }

  /** Runs in one transaction. Stop the api and workers first. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.startTransaction();
    await runner.query(`ALTER TABLE renditions ADD COLUMN queue text NOT NULL DEFAULT 'thumbnail'`);
    await runner.query(
      `UPDATE renditions SET queue = 'transcode' WHERE job IN ('upload.transcode', 'upload.retranscode')`,
    );
    await runner.query(
      'ALTER TABLE renditions ALTER COLUMN queue DROP DEFAULT, DROP COLUMN job, DROP COLUMN wanted',
    );
    await runner.query(`CREATE INDEX uploads_sweep ON uploads (sweep_at) WHERE ${unfinished}`);
    await runner.query('DROP INDEX uploads_unfinished');
    await runner.query('ALTER TABLE uploads DROP COLUMN reprocessing_since');
    await runner.query('DROP TABLE removals');
    await runner.commitTransaction();
  }
}

/** Backfills the new column page by page, and then, under a lock, only the rows added meanwhile. */
async function nameJobs(runner: QueryRunner): Promise<void> {
  const startMs = Date.now();
  await runner.query(`
    ALTER TABLE renditions ADD COLUMN IF NOT EXISTS wanted jsonb,
                           ADD COLUMN IF NOT EXISTS job text NOT NULL DEFAULT 'upload.process'`);
  let last = '00000000-0000-0000-0000-000000000000';
  for (let isLast = false; !isLast;) {
    const [page] = (await runner.query(
      `WITH page AS (SELECT id, queue FROM renditions WHERE id > $1 ORDER BY id LIMIT ${pageSize}),
            named AS (UPDATE renditions SET job = 'upload.transcode' FROM page
                      WHERE renditions.id = page.id AND page.queue = 'transcode')
       SELECT (SELECT id FROM page ORDER BY id DESC LIMIT 1) AS last, (SELECT count(*)::int FROM page) AS size`,
      [last],
    )) as [{ last: string | null; size: number }];
    last = page.last ?? last;
    isLast = page.size < pageSize;
  }
  await runner.startTransaction();
  await runner.query('LOCK TABLE renditions');
  await runner.query(`UPDATE renditions SET job = 'upload.transcode' WHERE id > $1 AND queue = 'transcode'`, [
    firstIdOf(startMs - skewMs),
  ]);
  await runner.query('ALTER TABLE renditions ALTER COLUMN job DROP DEFAULT, DROP COLUMN queue');
  await runner.commitTransaction();
}

/** Returns the smallest UUIDv7 of a millisecond. */
function firstIdOf(timeMs: number): string {
  const hex = timeMs.toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7000-8000-000000000000`;
}
