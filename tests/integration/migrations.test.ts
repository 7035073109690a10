import { checkDatabase, createDataSource, migrateDatabase, revertLastMigration } from '#database';
import { migrations } from '#migrations';
import { OutboxRow } from '#outbox';
import { createTestDatabase, dropTestDatabase } from '#testing';
import { Removal, Rendition, Ticket, Upload } from '#uploads';
import { expect, test } from 'vitest';

const entities = [Upload, Rendition, Removal, Ticket, OutboxRow];

test('migrations go forward, back and forward again, and several processes may run them at once', async () => {
  const url = await createTestDatabase({ empty: true });
  const runs = await Promise.all([migrateDatabase(url), migrateDatabase(url), migrateDatabase(url)]);
  expect(runs.flat()).toHaveLength(migrations.length);
  while (await revertLastMigration(url));
  expect(await migrateDatabase(url)).toHaveLength(migrations.length);
  await dropTestDatabase(url);
});

test('the entities say what the migrations made', async () => {
  const url = await createTestDatabase();
  const source = await createDataSource(
    { url, poolSize: 2, applicationName: 'drift' },
    entities,
  ).initialize();
  const drift = await source.driver.createSchemaBuilder().log();
  await source.destroy();
  expect(drift.upQueries.map(({ query }) => query)).toEqual([]);
  await dropTestDatabase(url);
});

test('a database that is not migrated is not ready', async () => {
  const url = await createTestDatabase({ empty: true });
  const source = await createDataSource(
    { url, poolSize: 2, applicationName: 'ready' },
    entities,
  ).initialize();
  await expect(checkDatabase(source)).rejects.toMatchObject({ code: 'database.not_migrated' });
  await source.destroy();
  await dropTestDatabase(url);
});
