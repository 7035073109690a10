import type { MigrationInterface, QueryRunner } from 'typeorm';

const pageSize = 10_000;
/** Clocks of the processes that make ids may differ by less than this. */
const skewMs = 3_600_000;
const unfinished = `status IN ('stored', 'processing')`;

/**
 * Renditions name the job that makes them, not its queue; they can be made again, and what they replace is removed later.
 *
 * For live tables: no statement scans or rewrites a table under a lock that others wait for, so it cannot be one
 * transaction. Each step may run again when the one after it was interrupted. A worker of the release before finds no
 * column `queue` afterwards and tries again until it is replaced.
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
    // Rather fail than stand in a line in which everybody waits.
    await runner.query(`SET lock_timeout = '10s'`);
    await runner.query('ALTER TABLE uploads ADD COLUMN IF NOT EXISTS reprocessing_since timestamptz');
    const [{ isNamed }] = (await runner.query(
      `SELECT NOT EXISTS (SELECT FROM information_schema.columns
                          WHERE table_schema = current_schema AND table_name = 'renditions' AND column_name = 'queue') AS "isNamed"`,
    )) as [{ isNamed: boolean }];
    if (!isNamed) await nameJobs(runner);
    await runner.query('RESET lock_timeout');
    // An interrupted one has left an index that is not valid.
    await runner.query('DROP INDEX CONCURRENTLY IF EXISTS uploads_unfinished');
    await runner.query(
      `CREATE INDEX CONCURRENTLY uploads_unfinished ON uploads (sweep_at)
       WHERE ${unfinished} OR reprocessing_since IS NOT NULL`,
    );
    await runner.query('DROP INDEX CONCURRENTLY IF EXISTS uploads_sweep');
  }

  /** In one transaction, for which nobody may work. */
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

/** Fills the new column page by page, and under a lock only with what was planned meanwhile. */
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

/** The smallest UUIDv7 of a millisecond. */
function firstIdOf(timeMs: number): string {
  const hex = timeMs.toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7000-8000-000000000000`;
}
