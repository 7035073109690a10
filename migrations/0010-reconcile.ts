import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How far the comparisons of buckets with the rows are. A table of its own: nothing that lives is touched. */
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
