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

test('uploads of the release before are adopted as what OSS has confirmed, and are as they were when it is taken back', async () => {
  const url = await createTestDatabase({ empty: true });
  await migrateDatabase(url);
  const steps =
    migrations.length - migrations.findIndex((migration) => migration.name.startsWith('ConfirmLandings'));
  const goBack = async () => {
    for (let step = 0; step < steps; step += 1) await revertLastMigration(url);
  };
  await goBack();
  const source = await createDataSource({ url, poolSize: 2, applicationName: 'old' }, []).initialize();
  const ticket = newId();
  const nonce = `${ticket}.1764331200.${'m'.repeat(43)}`;
  const strange = `${newId()}.1764331200.${'m'.repeat(43)}`;
  await source.query(
    `INSERT INTO tickets (id, bucket, object_key, max_bytes, vars, expires_at, created_at)
     VALUES ($1, 'b', 'ticket', 1, '{"user_id": "42"}', now(), now())`,
    [ticket],
  );
  const landed: [key: string, etag: string | null, kind: string | null, status: string, vars: object][] = [
    ['ready', 'E1', 'image', 'ready', { user_id: '42' }],
    ['new', 'E2', null, 'stored', {}],
    ['asked', null, null, 'stored', {}],
    ['ticket', 'E3', 'image', 'ready', { user_id: '42', ticket: nonce }],
    ['strange', 'E4', null, 'failed', { ticket: strange }],
    ['gold', 'E5', 'image', 'ready', { ticket: 'gold' }],
  ];
  const idOf = new Map(landed.map(([key]) => [key, newId()]));
  for (const [key, etag, kind, status, vars] of landed) {
    await source.query(
      `INSERT INTO uploads (id, bucket, object_key, etag, kind, status, vars, source, sweep_at, created_at, updated_at)
       VALUES ($1, 'b', $2, $3, $4, $5, $6, 'callback', now(), now(), now())`,
      [idOf.get(key), key, etag ?? `unknown-${idOf.get(key)}`, kind, status, vars],
    );
  }
  const rows = (columns: string) =>
    source.query(`SELECT ${columns} FROM uploads ORDER BY object_key`) as Promise<Record<string, unknown>[]>;
  const before = await rows('id, etag, kind, status, vars');

  const adopted = (key: string, more: object) => ({
    object_key: key,
    proof: 'object',
    confirmed: true,
    ticket_id: null,
    ...more,
  });
  const expectAdopted = async () => {
    await migrateDatabase(url);
    expect(
      await rows('object_key, etag, proof, confirmed_at IS NOT NULL AS confirmed, ticket_id, vars'),
    ).toEqual([
      adopted('asked', { etag: null, confirmed: false, vars: {} }),
      adopted('gold', { etag: 'E5', vars: { ticket: 'gold' } }),
      adopted('new', { etag: 'E2', confirmed: false, vars: {} }),
      adopted('ready', { etag: 'E1', vars: { user_id: '42' } }),
      adopted('strange', { etag: 'E4', confirmed: false, vars: {} }),
      adopted('ticket', { etag: 'E3', ticket_id: ticket, vars: { user_id: '42' } }),
    ]);
  };
  await expectAdopted();
  // Once more the bytes of one that failed: what is taken back knows one upload of a version.
  await source.query(
    `INSERT INTO uploads (id, bucket, object_key, etag, status, source, proof, sweep_at, created_at, updated_at)
     SELECT $1, bucket, object_key, etag, 'stored', source, 'url', now(), now(), now() FROM uploads WHERE object_key = 'strange'`,
    [newId()],
  );
  await goBack();
  const restored = await rows('id, etag, kind, status, vars');
  for (const old of before) {
    const now = restored.find(({ id }) => id === old['id']);
    const isStrange = old['id'] === idOf.get('strange');
    const isTicket = old['id'] === idOf.get('ticket');
    expect(now).toEqual({
      ...old,
      ...(isStrange ? { vars: {}, etag: `unknown-${String(old['id'])}` } : {}),
      ...(isTicket ? { vars: { user_id: '42', ticket: `${ticket}.0.${'0'.repeat(43)}` } } : {}),
    });
  }
  await source.query(`DELETE FROM uploads WHERE object_key = 'strange' AND etag = 'E4'`);
  await source.query(`UPDATE uploads SET etag = 'E4' WHERE object_key = 'strange'`);
  await expectAdopted();
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
