import {
  createDataSource,
  type DataSource,
  migrateDatabase,
  planUpgrade,
  revertLastMigration,
} from '#database';
import { lockBriefly, migrations, type OnlineMigration } from '#migrations';
import { createTestDatabase, dropTestDatabase, eventually } from '#testing';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { observe } from './migration-locks.fixture.js';

/** They were there before migrations had to say what they lock; no installation that is in use has yet to run them. */
const undescribed = 12;

/**
 * Ways to harm the release that still runs, or those who wait, each with its reason. A column that goes, because the release
 * before this one no longer uses it (contract), is such a way.
 */
const accepted: Readonly<Record<string, readonly string[]>> = {};

let url: string;
let source: DataSource;
beforeAll(async () => {
  url = await createTestDatabase({ empty: true });
  await migrateDatabase(url);
  source = await createDataSource({ url, poolSize: 2, applicationName: 'locks' }, []).initialize();
  return async () => {
    await source.destroy();
    await dropTestDatabase(url);
  };
});

const instances = migrations.map((migration) => new migration());
const described = instances.slice(undescribed) as unknown as (OnlineMigration & { transaction?: boolean })[];

test('every migration since the first ones says what it locks, which is what Postgres says; it harms nobody, and goes back', async () => {
  for (let step = 0; step < described.length; step += 1) await revertLastMigration(url);
  const run = (migration: (typeof described)[number], way: 'up' | 'down') =>
    observe(source, {
      transaction: migration.transaction !== false,
      run: (runner) => migration[way](runner),
    });
  const sorted = (locks: readonly object[]) => locks.map((lock) => JSON.stringify(lock)).toSorted();
  for (const migration of described) {
    const { name } = migration.constructor;
    const { locks, harm } = await run(migration, 'up');
    expect({ name, locks: sorted(locks), harm }).toEqual({
      name,
      locks: sorted(migration.locks),
      harm: accepted[name] ?? [],
    });
  }
  for (const migration of described.toReversed()) {
    const { harm } = await run(migration, 'down');
    // What goes back is what nobody but this release uses.
    expect(harm.filter((what) => !what.endsWith('is gone'))).toEqual([]);
  }
  await migrateDatabase(url);
});

describe('the rule finds', () => {
  const wait = 'without a lock_timeout of 2000 ms or less';
  const brief = `SET LOCAL lock_timeout = '1s'; `;
  beforeAll(async () => {
    await source.query(
      'CREATE TABLE big (id int, name text, old text, size int); CREATE TABLE other (id int)',
    );
  });
  afterAll(() => source.query('DROP TABLE IF EXISTS big, other, renamed'));

  test.each<[what: string, statement: string, harm: string[]]>([
    ['nothing in a column that may be null', `${brief}ALTER TABLE big ADD COLUMN a text`, []],
    [
      'nothing in a check that is validated later',
      `${brief}ALTER TABLE big ADD CHECK (size > 0) NOT VALID`,
      [],
    ],
    [
      'a wait that others wait behind',
      'ALTER TABLE big ADD COLUMN b text',
      [`ACCESS EXCLUSIVE of big is waited for ${wait}`],
    ],
    [
      'an index that keeps writers waiting',
      `${brief}CREATE INDEX ON big (id)`,
      ['big is read from end to end under SHARE ROW EXCLUSIVE'],
    ],
    [
      'a check that reads the table',
      `${brief}ALTER TABLE big ADD CHECK (id > 0)`,
      ['big is read from end to end under ACCESS EXCLUSIVE'],
    ],
    [
      'a table that is written anew',
      `${brief}ALTER TABLE big ALTER COLUMN id TYPE bigint`,
      ['big is written anew under ACCESS EXCLUSIVE', 'big.id was int4 and is int8'],
    ],
    [
      'a column that must have a value now',
      `${brief}ALTER TABLE big ALTER COLUMN name SET NOT NULL`,
      ['big is read from end to end under ACCESS EXCLUSIVE', 'big.name must have a value now'],
    ],
    [
      'a column that the release before does not write',
      `${brief}ALTER TABLE big ADD COLUMN c text NOT NULL`,
      [
        'big is read from end to end under ACCESS EXCLUSIVE',
        'big.c must have a value, which the release before does not write',
      ],
    ],
    ['a column that is gone', `${brief}ALTER TABLE big DROP COLUMN old`, ['big.old is gone']],
    [
      'two tables that are locked at once',
      `${brief}ALTER TABLE big ADD COLUMN d text; ALTER TABLE other ADD COLUMN d text`,
      ['big and other are locked at once'],
    ],
  ])('%s', async (_, statement, harm) => {
    const observed = await observe(source, {
      transaction: true,
      run: async (runner) => void (await runner.query(statement)),
    });
    expect(observed.harm).toEqual(harm);
  });
});

test('whoever holds a table does not have everybody wait who comes after: a migration lets them pass', async () => {
  const [holder, other] = [new Client(url), new Client(url)];
  await Promise.all([holder.connect(), other.connect()]);
  const runner = source.createQueryRunner();
  await runner.query('CREATE TABLE held (id int)');
  await holder.query('BEGIN; SELECT FROM held');
  const altering = lockBriefly(runner, 'ALTER TABLE held ADD COLUMN name text');
  await eventually(async () => {
    const { rows } = await other.query(
      `SELECT FROM pg_stat_activity WHERE application_name = 'locks' AND wait_event_type = 'Lock'`,
    );
    return rows.length > 0 || undefined;
  });
  // This one is answered although the one before it in the queue waits, and the holder goes on.
  await other.query('SELECT FROM held');
  await holder.query('COMMIT');
  await altering;
  expect((await other.query('SELECT name FROM held')).fields.map(({ name }) => name)).toEqual(['name']);
  await runner.release();
  await Promise.all([holder.end(), other.end()]);
});

test('the plan names what is pending with the tables that it locks, and what the database has that is newer', async () => {
  await revertLastMigration(url);
  await source.query('ANALYZE uploads');
  const last = described.at(-1);
  expect(await planUpgrade(url)).toMatchObject({
    unknown: [],
    pending: [
      {
        name: last?.constructor.name,
        locks: last?.locks.map((lock) => ({ ...lock, sizeBytes: expect.any(Number) })),
        revertLoses: last?.revertLoses,
      },
    ],
  });
  await migrateDatabase(url);
  await source.query(`INSERT INTO migrations (timestamp, name) VALUES (1, 'OfTomorrow1')`);
  expect(await planUpgrade(url)).toMatchObject({ unknown: ['OfTomorrow1'], pending: [] });
  await source.query(`DELETE FROM migrations WHERE name = 'OfTomorrow1'`);
});
