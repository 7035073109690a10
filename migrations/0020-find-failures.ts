import type { QueryRunner } from 'typeorm';
import type { OnlineMigration } from './online-migration.js';

/** By name, what follows `ON`. They hold only what failed, so neither a landing nor what became ready touches them. */
const indexes: readonly (readonly [name: string, definition: string])[] = [
  ['uploads_failed', `uploads (error_code, id) WHERE status = 'failed'`],
  ['rendition_versions_failed', `rendition_versions (error_code, upload_id) WHERE status = 'failed'`],
];

/**
 * Counts and lists failures by their code, and keeps the callbacks of the last day that were refused.
 *
 * For live tables: indexes are made without a lock that others wait for. The new table is small: rows by kind are bounded.
 */
export class FindFailures1765584000000 implements OnlineMigration {
  readonly transaction = false;
  readonly locks = [
    { table: 'uploads', mode: 'SHARE UPDATE EXCLUSIVE', lasts: 'scan' },
    { table: 'rendition_versions', mode: 'SHARE UPDATE EXCLUSIVE', lasts: 'scan' },
  ] as const;
  readonly revertLoses = 'the callbacks of the last day that were refused; the logs of the api have them too';

  async up(runner: QueryRunner): Promise<void> {
    for (const [name, definition] of indexes) {
      // An interrupted one has left an index that is not valid.
      await runner.query(`DROP INDEX CONCURRENTLY IF EXISTS ${name}`);
      await runner.query(`CREATE INDEX CONCURRENTLY ${name} ON ${definition}`);
    }
    // JSON as text: strangers may send NUL, which jsonb cannot hold.
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
