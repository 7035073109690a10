import type { QueryRunner } from 'typeorm';
import { lockBriefly, type OnlineMigration } from './online-migration.js';

/**
 * By name, what follows `ON uploads`. None of them holds an upload when it lands, nor an image that became ready, and they name
 * no column that other changes touch.
 */
const indexes: readonly (readonly [name: string, definition: string])[] = [
  ['uploads_ended', `(status, id) WHERE status IN ('failed', 'ignored', 'deleted')`],
  ['uploads_kind', `(kind, id) WHERE kind <> 'image'`],
];

/**
 * Tables that are written all the time are vacuumed when a fiftieth of them is dead, and not a fifth: of ten million uploads
 * that are 200,000 rows, not two million. What is only added counts as well, so that pages are known to be visible.
 */
const hotTables = ['uploads', 'rendition_versions', 'events', 'deliveries'] as const;
const settings = {
  autovacuum_vacuum_scale_factor: 0.02,
  autovacuum_vacuum_insert_scale_factor: 0.05,
  autovacuum_analyze_scale_factor: 0.02,
};

/**
 * Lists by what is rare, pruning, and vacuum for tables of many millions of rows (decision 49).
 *
 * For live tables: indexes are made without a lock that others wait for, and settings of a table wait for no writer.
 */
export class BoundGrowth1765497600000 implements OnlineMigration {
  readonly transaction = false;
  readonly locks = [
    { table: 'uploads', mode: 'SHARE UPDATE EXCLUSIVE', lasts: 'scan' },
    { table: 'uploads', mode: 'SHARE UPDATE EXCLUSIVE', lasts: 'moment' },
    { table: 'rendition_versions', mode: 'SHARE UPDATE EXCLUSIVE', lasts: 'moment' },
    { table: 'events', mode: 'SHARE UPDATE EXCLUSIVE', lasts: 'moment' },
    { table: 'deliveries', mode: 'SHARE UPDATE EXCLUSIVE', lasts: 'moment' },
  ] as const;
  readonly revertLoses = null;

  async up(runner: QueryRunner): Promise<void> {
    for (const [name, definition] of indexes) {
      // An interrupted one has left an index that is not valid.
      await runner.query(`DROP INDEX CONCURRENTLY IF EXISTS ${name}`);
      await runner.query(`CREATE INDEX CONCURRENTLY ${name} ON uploads ${definition}`);
    }
    const values = Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
    for (const table of hotTables)
      await lockBriefly(runner, `ALTER TABLE ${table} SET (${values.join(', ')})`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of hotTables)
      await lockBriefly(runner, `ALTER TABLE ${table} RESET (${Object.keys(settings).join(', ')})`);
    await lockBriefly(runner, 'ALTER TABLE deliveries SET (autovacuum_vacuum_scale_factor = 0.02)');
    for (const [name] of indexes) await runner.query(`DROP INDEX CONCURRENTLY IF EXISTS ${name}`);
  }
}
