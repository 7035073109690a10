import type { QueryRunner } from 'typeorm';
import { lockBriefly, type OnlineMigration } from './online-migration.js';

const tables = ['uploads', 'outbox', 'events'] as const;

/**
 * The trace that a row belongs to, where it is recorded: null in most rows.
 *
 * For live tables: a new column without a default rewrites nothing, and its lock is held for a moment. The release before
 * writes rows without it.
 */
export class CarryTraces1765238400000 implements OnlineMigration {
  readonly transaction = false;
  readonly locks = [
    { table: 'uploads', mode: 'ACCESS EXCLUSIVE', lasts: 'moment' },
    { table: 'outbox', mode: 'ACCESS EXCLUSIVE', lasts: 'moment' },
    { table: 'events', mode: 'ACCESS EXCLUSIVE', lasts: 'moment' },
  ] as const;
  readonly revertLoses = 'the traces that rows carry';

  async up(runner: QueryRunner): Promise<void> {
    // One after the other: nothing is held while the next one is waited for.
    for (const table of tables)
      await lockBriefly(runner, `ALTER TABLE ${table} ADD COLUMN IF NOT EXISTS traceparent text`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of tables)
      await lockBriefly(runner, `ALTER TABLE ${table} DROP COLUMN IF EXISTS traceparent`);
  }
}
