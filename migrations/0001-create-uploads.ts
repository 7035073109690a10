import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Creates the first three tables: uploads, their renditions, and the outbox of jobs to queue. */
export class CreateUploads1763683200000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Collation "C" compares keys by bytes, as OSS does, so the unique index also serves prefix searches.
    await runner.query(`
      CREATE TABLE uploads (
        id uuid NOT NULL,
        bucket text NOT NULL,
        object_key text COLLATE "C" NOT NULL,
        etag text NOT NULL,
        size_bytes bigint,
        mime_type text,
        image_info jsonb,
        vars jsonb NOT NULL DEFAULT '{}',
        kind text,
        status text NOT NULL DEFAULT 'stored',
        error_code text,
        error_message text,
        pipeline text,
        source text NOT NULL,
        metadata jsonb NOT NULL DEFAULT '{}',
        placeholder jsonb,
        runs integer NOT NULL DEFAULT 0,
        sweep_at timestamptz NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        ready_at timestamptz,
        CONSTRAINT uploads_pkey PRIMARY KEY (id),
        CONSTRAINT uploads_object_key UNIQUE (bucket, object_key, etag),
        CONSTRAINT uploads_status_check CHECK (status IN ('stored', 'processing', 'ready', 'failed', 'ignored', 'deleted'))
      )`);
    await runner.query(
      `CREATE INDEX uploads_sweep ON uploads (sweep_at) WHERE status IN ('stored', 'processing')`,
    );
    await runner.query(`CREATE INDEX uploads_vars ON uploads USING gin (vars jsonb_path_ops)`);
    await runner.query(`
      CREATE TABLE renditions (
        id uuid NOT NULL,
        upload_id uuid NOT NULL,
        position integer NOT NULL,
        name text NOT NULL,
        kind text NOT NULL,
        queue text NOT NULL,
        spec jsonb NOT NULL,
        spec_hash text NOT NULL,
        status text NOT NULL DEFAULT 'pending',
        object_key text,
        mime_type text,
        width integer,
        height integer,
        size_bytes bigint,
        duration_ms integer,
        error_code text,
        error_message text,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT renditions_pkey PRIMARY KEY (id),
        CONSTRAINT renditions_upload_name UNIQUE (upload_id, name),
        CONSTRAINT renditions_upload_fkey FOREIGN KEY (upload_id) REFERENCES uploads (id) ON DELETE CASCADE,
        CONSTRAINT renditions_status_check CHECK (status IN ('pending', 'ready', 'failed'))
      )`);
    await runner.query(`
      CREATE TABLE outbox (
        id uuid NOT NULL,
        name text NOT NULL,
        payload jsonb NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT outbox_pkey PRIMARY KEY (id)
      )`);
    // Rows live for milliseconds; frequent vacuuming keeps the relay from scanning dead ones.
    await runner.query(
      `ALTER TABLE outbox SET (autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 1000)`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE outbox');
    await runner.query('DROP TABLE renditions');
    await runner.query('DROP TABLE uploads');
  }
}
