import type { QueryRunner } from 'typeorm';
import { lockBriefly, type OnlineMigration } from './online-migration.js';

/**
 * Adds paused queues, and to the reports of workers: start times of running jobs, slots and cores.
 *
 * Online: the columns are nullable or have constant defaults, so no table is rewritten, and the lock is brief. Workers of the
 * previous release report without them, and ignore pauses.
 */
export class PauseQueues1765670400000 implements OnlineMigration {
  readonly transaction = false;
  readonly locks = [{ table: 'worker_reports', mode: 'ACCESS EXCLUSIVE', lasts: 'moment' }] as const;
  readonly revertLoses = 'which queues are paused; workers take jobs from them again';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE IF NOT EXISTS paused_queues (
        queue text NOT NULL,
        paused_at timestamptz NOT NULL,
        CONSTRAINT paused_queues_pkey PRIMARY KEY (queue)
      )`);
    await lockBriefly(
      runner,
      `ALTER TABLE worker_reports
         ADD COLUMN IF NOT EXISTS running_since timestamptz[] NOT NULL DEFAULT '{}',
         ADD COLUMN IF NOT EXISTS slots jsonb NOT NULL DEFAULT '{}',
         ADD COLUMN IF NOT EXISTS cores integer`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await lockBriefly(
      runner,
      `ALTER TABLE worker_reports
         DROP COLUMN IF EXISTS running_since, DROP COLUMN IF EXISTS slots, DROP COLUMN IF EXISTS cores`,
    );
    await runner.query('DROP TABLE IF EXISTS paused_queues');
  }
}
