import { checkDatabase, createDataSource, migrateDatabase, revertLastMigration } from '#database';
import { migrations } from '#migrations';
import { OutboxRow } from '#outbox';
import { firstIdOf, newId } from '#runtime';
import { createTestDatabase, dropTestDatabase } from '#testing';
import { uploadEntities } from '#uploads';
import { expect, test } from 'vitest';

const entities = [...uploadEntities, OutboxRow];

test('migrations go forward, back and forward again, and several processes may run them at once', async () => {
  const url = await createTestDatabase({ empty: true });
  const runs = await Promise.all([migrateDatabase(url), migrateDatabase(url), migrateDatabase(url)]);
  expect(runs.flat()).toHaveLength(migrations.length);
  while (await revertLastMigration(url));
  expect(await migrateDatabase(url)).toHaveLength(migrations.length);
  await dropTestDatabase(url);
});

test('renditions of the release before name their job afterwards, and their queue again when it is taken back', async () => {
  const url = await createTestDatabase({ empty: true });
  await migrateDatabase(url);
  const steps =
    migrations.length - migrations.findIndex((migration) => migration.name.startsWith('NameJobs'));
  const goBack = async () => {
    for (let step = 0; step < steps; step += 1) await revertLastMigration(url);
  };
  await goBack();
  const source = await createDataSource({ url, poolSize: 2, applicationName: 'jobs' }, []).initialize();
  const upload = newId();
  await source.query(
    `INSERT INTO uploads (id, bucket, object_key, etag, source, sweep_at, created_at, updated_at)
     VALUES ($1, 'b', 'k', 'e', 'callback', now(), now(), now())`,
    [upload],
  );
  const queueOf = (index: number) => (index % 3 === 0 ? 'transcode' : 'thumbnail');
  const rows = Array.from({ length: 10_500 }, (_, index) => ({
    id: newId(),
    name: `r${index}`,
    queue: queueOf(index),
  }));
  // One that was planned long before its neighbours, by a clock that goes wrong.
  rows.push({ id: firstIdOf(1), name: 'first', queue: 'transcode' });
  await source.query(
    `INSERT INTO renditions (id, upload_id, position, name, kind, queue, spec, spec_hash)
     SELECT id, $1, 0, name, 'image', queue, '{}', '' FROM jsonb_to_recordset($2) AS t (id uuid, name text, queue text)`,
    [upload, JSON.stringify(rows)],
  );
  const counts = async (column: string) =>
    (await source.query(
      `SELECT ${column} AS word, count(*)::int AS n FROM renditions GROUP BY 1 ORDER BY 1`,
    )) as unknown;
  await migrateDatabase(url);
  expect(await counts('job')).toEqual([
    { word: 'upload.process', n: 7_000 },
    { word: 'upload.transcode', n: 3_501 },
  ]);
  await goBack();
  expect(await counts('queue')).toEqual([
    { word: 'thumbnail', n: 7_000 },
    { word: 'transcode', n: 3_501 },
  ]);
  await source.destroy();
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
