import type { QueryRunner } from 'typeorm';
import { lockBriefly, type OnlineMigration } from './online-migration.js';

const tables = ['uploads', 'outbox', 'events'] as const;

/**
 * Adds the trace that a row belongs to; null if it is not sampled, as in most rows.
 *
 * Online: a nullable column rewrites nothing, and its lock is brief. The previous release can insert rows without it.
 */
export class CarryTraces1765238400000 implements OnlineMigration {
  readonly transaction = false;
  readonly locks = [
    { table: 'uploads', mode: 'ACCESS EXCLUSIVE', lasts: 'moment' },
    { table: 'outbox', mode: 'ACCESS EXCLUSIVE', lasts: 'moment' },
    { table: 'events', mode: 'ACCESS EXCLUSIVE', lasts: 'moment' },
  ] as const;
  readonly revertLoses = 'the trace contexts stored in rows';

  async up(runner: QueryRunner): Promise<void> {
    // One table at a time, so no lock is held while waiting for the next.
    for (const table of tables)
      await lockBriefly(runner, `ALTER TABLE ${table} ADD COLUMN IF NOT EXISTS traceparent text`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of tables)
      await lockBriefly(runner, `ALTER TABLE ${table} DROP COLUMN IF EXISTS traceparent`);
  }
}
