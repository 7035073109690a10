import type { QueryRunner } from 'typeorm';
import { lockBriefly, type OnlineMigration } from './online-migration.js';

/** Only what has tags or labels is in their indexes: recording a callback costs what it did. */
const indexes: readonly (readonly [name: string, definition: string])[] = [
  ['uploads_tags', `USING gin (tags) WHERE tags <> '{}'`],
  ['uploads_labels', `USING gin (labels jsonb_path_ops) WHERE labels <> '{}'`],
];

/**
 * What your backend says of an upload: title, tags and labels.
 *
 * For live tables: new columns have a constant default and rewrite nothing, and indexes are made without a lock that others
 * wait for. The release before writes rows without them.
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
      // An interrupted one has left an index that is not valid.
      await runner.query(`DROP INDEX CONCURRENTLY IF EXISTS ${name}`);
      await runner.query(`CREATE INDEX CONCURRENTLY ${name} ON uploads ${definition}`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    // The indexes go with their columns.
    await lockBriefly(
      runner,
      'ALTER TABLE uploads DROP COLUMN IF EXISTS title, DROP COLUMN IF EXISTS tags, DROP COLUMN IF EXISTS labels',
    );
  }
}
