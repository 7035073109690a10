import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What an upload or rendition that is ready lacks all the same.
 * New columns have a constant default: nothing rewrites a live table, and the release before writes rows without them.
 */
export class Warn1764208800000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`SET LOCAL lock_timeout = '10s'`);
    await runner.query(`ALTER TABLE uploads ADD COLUMN warnings text[] NOT NULL DEFAULT '{}'`);
    await runner.query(`ALTER TABLE renditions ADD COLUMN warnings text[] NOT NULL DEFAULT '{}'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`SET LOCAL lock_timeout = '10s'`);
    await runner.query('ALTER TABLE renditions DROP COLUMN warnings');
    await runner.query('ALTER TABLE uploads DROP COLUMN warnings');
  }
}
