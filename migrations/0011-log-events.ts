import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Creates the event log of uploads. Only adds a table, without a foreign key, because an event
 * outlives its upload. Existing uploads have no events.
 */
export class LogEvents1764633600000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE events (
        id uuid NOT NULL,
        sequence bigserial NOT NULL,
        position bigint,
        type text NOT NULL,
        upload_id uuid,
        data jsonb NOT NULL,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        CONSTRAINT events_pkey PRIMARY KEY (id)
      )`);
    await runner.query('CREATE UNIQUE INDEX events_position ON events (position) WHERE position IS NOT NULL');
    await runner.query('CREATE INDEX events_unplaced ON events (sequence) WHERE position IS NULL');
    await runner.query('CREATE INDEX events_upload ON events (upload_id, position)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE events');
  }
}
