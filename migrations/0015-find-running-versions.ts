import type { QueryRunner } from 'typeorm';
import type { OnlineMigration } from './online-migration.js';

/**
 * Finds what is being made just now without a look at all that waits. Made without a lock that others
 * wait for.
 */
export class FindRunningVersions1764979200000 implements OnlineMigration {
  readonly transaction = false;
  readonly locks = [{ table: 'rendition_versions', mode: 'SHARE UPDATE EXCLUSIVE', lasts: 'scan' }] as const;
  readonly revertLoses = null;

  async up(runner: QueryRunner): Promise<void> {
    // An interrupted one has left an index that is not valid.
    await runner.query('DROP INDEX CONCURRENTLY IF EXISTS rendition_versions_running');
    await runner.query(`
      CREATE INDEX CONCURRENTLY rendition_versions_running ON rendition_versions (upload_id)
      WHERE status = 'pending' AND progress IS NOT NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX CONCURRENTLY IF EXISTS rendition_versions_running');
  }
}
