import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Adds progress and encoder of renditions, keys of encrypted streams, and the chunks of long videos.
 * New columns are nullable or have a constant default, so no table is rewritten.
 */
export class WatchTranscodes1763949600000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Fails instead of blocking all later statements in the lock queue.
    await runner.query(`SET LOCAL lock_timeout = '10s'`);
    await runner.query(`
      ALTER TABLE renditions ADD COLUMN progress real,
                             ADD COLUMN speed real,
                             ADD COLUMN encoder text,
                             ADD COLUMN details jsonb NOT NULL DEFAULT '{}',
                             ADD COLUMN log text`);
    await runner.query(`
      CREATE TABLE stream_keys (
        upload_id uuid NOT NULL,
        name text NOT NULL,
        spec_hash text NOT NULL,
        key bytea NOT NULL,
        CONSTRAINT stream_keys_pkey PRIMARY KEY (upload_id, name, spec_hash),
        CONSTRAINT stream_keys_upload_fkey FOREIGN KEY (upload_id) REFERENCES uploads (id) ON DELETE CASCADE
      )`);
    await runner.query(`
      CREATE TABLE chunks (
        upload_id uuid NOT NULL,
        job text NOT NULL,
        position integer NOT NULL,
        plan_id uuid NOT NULL,
        part jsonb NOT NULL,
        status text NOT NULL DEFAULT 'pending',
        runs integer NOT NULL DEFAULT 0,
        share real NOT NULL DEFAULT 0,
        speed real,
        made jsonb,
        updated_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT chunks_pkey PRIMARY KEY (upload_id, job, position),
        CONSTRAINT chunks_upload_fkey FOREIGN KEY (upload_id) REFERENCES uploads (id) ON DELETE CASCADE,
        CONSTRAINT chunks_status_check CHECK (status IN ('pending', 'ready'))
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE chunks');
    await runner.query('DROP TABLE stream_keys');
    await runner.query(
      'ALTER TABLE renditions DROP COLUMN progress, DROP COLUMN speed, DROP COLUMN encoder, DROP COLUMN details, DROP COLUMN log',
    );
  }
}
