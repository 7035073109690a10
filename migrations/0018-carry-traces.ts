import type { MigrationInterface, QueryRunner } from 'typeorm';

const tables = ['uploads', 'outbox', 'events'] as const;

/**
 * The trace that a row belongs to, where it is recorded: null in most rows.
 *
 * For live tables: a new column without a default rewrites nothing, and its lock is held for a moment. The release before
 * writes rows without it.
 */
export class CarryTraces1765238400000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`SET LOCAL lock_timeout = '10s'`);
    for (const table of tables)
      await runner.query(`ALTER TABLE ${table} ADD COLUMN IF NOT EXISTS traceparent text`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`SET LOCAL lock_timeout = '10s'`);
    for (const table of tables) await runner.query(`ALTER TABLE ${table} DROP COLUMN IF EXISTS traceparent`);
  }
}
