import type { QueryRunner } from 'typeorm';
import type { OnlineMigration } from './online-migration.js';

/** Index definitions: name, and the part after `ON`. Partial, so neither landing nor becoming ready updates them. */
const indexes: readonly (readonly [name: string, definition: string])[] = [
  ['uploads_failed', `uploads (error_code, id) WHERE status = 'failed'`],
  ['rendition_versions_failed', `rendition_versions (error_code, upload_id) WHERE status = 'failed'`],
];

/**
 * Supports counting and listing failures by code, and stores the refused callbacks of the last day.
 *
 * Online: indexes are built without a blocking lock. The new table stays small, because rows per kind are bounded.
 */
export class FindFailures1765584000000 implements OnlineMigration {
  readonly transaction = false;
  readonly locks = [
    { table: 'uploads', mode: 'SHARE UPDATE EXCLUSIVE', lasts: 'scan' },
    { table: 'rendition_versions', mode: 'SHARE UPDATE EXCLUSIVE', lasts: 'scan' },
  ] as const;
  readonly revertLoses = 'the refused callbacks of the last day, which the logs of the api also have';

  async up(runner: QueryRunner): Promise<void> {
    for (const [name, definition] of indexes) {
      // An interrupted build leaves an invalid index.
      await runner.query(`DROP INDEX CONCURRENTLY IF EXISTS ${name}`);
      await runner.query(`CREATE INDEX CONCURRENTLY ${name} ON ${definition}`);
    }
    // json instead of jsonb, which cannot hold NUL characters sent by callers.
    await runner.query(`
      CREATE TABLE IF NOT EXISTS refused_callbacks (
        id uuid NOT NULL,
        kind text NOT NULL,
        line json NOT NULL,
        explanation json NOT NULL,
        created_at timestamptz NOT NULL,
        CONSTRAINT refused_callbacks_pkey PRIMARY KEY (id)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE IF EXISTS refused_callbacks');
    for (const [name] of indexes) await runner.query(`DROP INDEX CONCURRENTLY IF EXISTS ${name}`);
  }
}
