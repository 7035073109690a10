import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Adds warnings: what a ready upload or rendition lacks.
 * New columns have a constant default, so no table is rewritten, and the previous release can insert rows without them.
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
