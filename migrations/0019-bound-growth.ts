import type { QueryRunner } from 'typeorm';
import { lockBriefly, type OnlineMigration } from './online-migration.js';

/**
 * Index definitions: name, and the part after `ON uploads`. None covers an upload when it lands or an image that is ready, and
 * no other change touches their columns.
 */
const indexes: readonly (readonly [name: string, definition: string])[] = [
  ['uploads_ended', `(status, id) WHERE status IN ('failed', 'ignored', 'deleted')`],
  ['uploads_kind', `(kind, id) WHERE kind <> 'image'`],
];

/**
 * Tables with constant writes are vacuumed at 2 % dead rows instead of 20 %: for ten million uploads, at 200,000 rows instead
 * of two million. Inserts count too, to keep the visibility map current.
 */
const hotTables = ['uploads', 'rendition_versions', 'events', 'deliveries'] as const;
const settings = {
  autovacuum_vacuum_scale_factor: 0.02,
  autovacuum_vacuum_insert_scale_factor: 0.05,
  autovacuum_analyze_scale_factor: 0.02,
};

/**
 * Prepares tables for many millions of rows: indexes for rare values and pruning, and vacuum settings (decision 49).
 *
 * Online: indexes are built without a blocking lock, and changing table settings waits for no writer.
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
      // An interrupted build leaves an invalid index.
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
