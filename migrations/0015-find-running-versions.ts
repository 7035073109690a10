import type { QueryRunner } from 'typeorm';
import type { OnlineMigration } from './online-migration.js';

/** Indexes running versions, so that finding them does not scan all pending ones. Built without a blocking lock. */
export class FindRunningVersions1764979200000 implements OnlineMigration {
  readonly transaction = false;
  readonly locks = [{ table: 'rendition_versions', mode: 'SHARE UPDATE EXCLUSIVE', lasts: 'scan' }] as const;
  readonly revertLoses = null;

  async up(runner: QueryRunner): Promise<void> {
    // An interrupted build leaves an invalid index.
    await runner.query('DROP INDEX CONCURRENTLY IF EXISTS rendition_versions_running');
    await runner.query(`
      CREATE INDEX CONCURRENTLY rendition_versions_running ON rendition_versions (upload_id)
      WHERE status = 'pending' AND progress IS NOT NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX CONCURRENTLY IF EXISTS rendition_versions_running');
  }
}
