import type { QueryRunner } from 'typeorm';
import type { OnlineMigration } from './online-migration.js';

/** Stores reports of workers, for the queue figures. Only adds tables. */
export class ReportWork1765152000000 implements OnlineMigration {
  readonly locks = [];
  readonly revertLoses = 'the per-minute counts of work that ended in the last hour';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE worker_reports (
        id uuid NOT NULL,
        queues text[] NOT NULL,
        running text[] NOT NULL,
        delayed text[] NOT NULL,
        queue_reachable boolean NOT NULL,
        seen_at timestamptz NOT NULL,
        CONSTRAINT worker_reports_pkey PRIMARY KEY (id)
      )`);
    await runner.query(`
      CREATE TABLE job_tallies (
        job text NOT NULL,
        minute timestamptz NOT NULL,
        ended integer NOT NULL,
        failed integer NOT NULL,
        CONSTRAINT job_tallies_pkey PRIMARY KEY (job, minute)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE job_tallies');
    await runner.query('DROP TABLE worker_reports');
  }
}
