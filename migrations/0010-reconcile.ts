import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Stores the progress of comparing buckets with rows. Only adds a table. */
export class Reconcile1764547200000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE reconciles (
        bucket text NOT NULL,
        prefix text NOT NULL,
        trigger text NOT NULL,
        asked text NOT NULL,
        since timestamptz,
        marker jsonb NOT NULL,
        findings jsonb NOT NULL,
        started_at timestamptz NOT NULL,
        finished_at timestamptz,
        CONSTRAINT reconciles_pkey PRIMARY KEY (bucket, prefix, trigger),
        CONSTRAINT reconciles_trigger_check CHECK (trigger IN ('schedule', 'command'))
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE reconciles');
  }
}
