import type { QueryRunner } from 'typeorm';
import { lockBriefly, type OnlineMigration } from './online-migration.js';

/** Partial: only uploads with tags or labels are indexed, so recording a callback costs no more than before. */
const indexes: readonly (readonly [name: string, definition: string])[] = [
  ['uploads_tags', `USING gin (tags) WHERE tags <> '{}'`],
  ['uploads_labels', `USING gin (labels jsonb_path_ops) WHERE labels <> '{}'`],
];

/**
 * Adds title, tags and labels, which the client's backend sets on an upload.
 *
 * Online: new columns are nullable or have a constant default, so no table is rewritten, and indexes are built without a
 * blocking lock. The previous release can insert rows without them.
 */
export class OwnWords1764806400000 implements OnlineMigration {
  readonly transaction = false;
  readonly locks = [
    { table: 'uploads', mode: 'ACCESS EXCLUSIVE', lasts: 'moment' },
    { table: 'uploads', mode: 'SHARE UPDATE EXCLUSIVE', lasts: 'scan' },
  ] as const;
  readonly revertLoses = 'titles, tags and labels of uploads';

  async up(runner: QueryRunner): Promise<void> {
    await lockBriefly(
      runner,
      `ALTER TABLE uploads ADD COLUMN IF NOT EXISTS title text,
                           ADD COLUMN IF NOT EXISTS tags text[] NOT NULL DEFAULT '{}',
                           ADD COLUMN IF NOT EXISTS labels jsonb NOT NULL DEFAULT '{}'`,
    );
    for (const [name, definition] of indexes) {
      // An interrupted build leaves an invalid index.
      await runner.query(`DROP INDEX CONCURRENTLY IF EXISTS ${name}`);
      await runner.query(`CREATE INDEX CONCURRENTLY ${name} ON uploads ${definition}`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    // The indexes are dropped with their columns.
    await lockBriefly(
      runner,
      'ALTER TABLE uploads DROP COLUMN IF EXISTS title, DROP COLUMN IF EXISTS tags, DROP COLUMN IF EXISTS labels',
    );
  }
}
