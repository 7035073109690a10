import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Adds uploads from sources other than callbacks, follow-up of tickets, and checks of objects that may be gone.
 *
 * Online: the new column is nullable, and the check is validated and the indexes built without a blocking lock. Existing
 * tickets are not followed up. An api of the previous release keeps recording.
 */
export class NameSources1764460800000 implements MigrationInterface {
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`SET lock_timeout = '10s'`);
    await runner.query('ALTER TABLE tickets ADD COLUMN IF NOT EXISTS follow_up_at timestamptz');
    await runner.query(`
      ALTER TABLE uploads DROP CONSTRAINT IF EXISTS uploads_source_check,
                          ADD CONSTRAINT uploads_source_check
                          CHECK (source IN ('callback', 'ticket', 'event', 'reconcile')) NOT VALID`);
    await runner.query(`
      CREATE TABLE IF NOT EXISTS object_checks (
        upload_id uuid NOT NULL,
        due_at timestamptz NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT object_checks_pkey PRIMARY KEY (upload_id),
        CONSTRAINT object_checks_upload_fkey FOREIGN KEY (upload_id) REFERENCES uploads (id) ON DELETE CASCADE
      )`);
    await runner.query('CREATE INDEX IF NOT EXISTS object_checks_due ON object_checks (due_at)');
    await runner.query('RESET lock_timeout');
    await runner.query('ALTER TABLE uploads VALIDATE CONSTRAINT uploads_source_check');
    await runner.query('DROP INDEX CONCURRENTLY IF EXISTS uploads_unproven_key');
    await runner.query(
      'CREATE INDEX CONCURRENTLY uploads_unproven_key ON uploads (bucket, object_key) WHERE proof IS NULL',
    );
    await runner.query('DROP INDEX CONCURRENTLY IF EXISTS tickets_follow_up');
    await runner.query(`
      CREATE INDEX CONCURRENTLY tickets_follow_up ON tickets (follow_up_at) WHERE follow_up_at IS NOT NULL`);
  }

  /** Resets all sources to `callback`, the only one that the previous release knows. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`SET lock_timeout = '10s'`);
    await runner.query('ALTER TABLE uploads DROP CONSTRAINT IF EXISTS uploads_source_check');
    await runner.query(`UPDATE uploads SET source = 'callback' WHERE source <> 'callback'`);
    await runner.query('DROP INDEX IF EXISTS uploads_unproven_key');
    await runner.query('DROP TABLE IF EXISTS object_checks');
    await runner.query('ALTER TABLE tickets DROP COLUMN IF EXISTS follow_up_at');
    await runner.query('RESET lock_timeout');
  }
}
