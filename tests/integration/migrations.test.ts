import {
  checkDatabase,
  createDataSource,
  migrateDatabase,
  revertLastMigration,
  waitForMigrations,
} from '#database';
import { migrations } from '#migrations';
import { LogEvent } from '#events';
import { IdempotencyKey } from '#idempotency';
import { OutboxRow } from '#outbox';
import { createLogger, firstIdOf, newId } from '#runtime';
import { createTestDatabase, dropTestDatabase } from '#testing';
import { queueEntities } from '#queues';
import { Reconcile } from '#reconcile';
import { uploadEntities } from '#uploads';
import { webhookEntities } from '#webhooks';
import { expect, test } from 'vitest';

const entities = [
  ...uploadEntities,
  OutboxRow,
  LogEvent,
  IdempotencyKey,
  Reconcile,
  ...webhookEntities,
  ...queueEntities,
];

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

test('what was to be made again or removed is a version of its own afterwards, and as it was when it is taken back', async () => {
  const url = await createTestDatabase({ empty: true });
  await migrateDatabase(url);
  const steps =
    migrations.length - migrations.findIndex((migration) => migration.name.startsWith('KeepVersions'));
  const goBack = async () => {
    for (let step = 0; step < steps; step += 1) await revertLastMigration(url);
  };
  await goBack();
  const source = await createDataSource({ url, poolSize: 2, applicationName: 'old' }, []).initialize();
  const upload = newId();
  await source.query(
    `INSERT INTO uploads (id, bucket, object_key, etag, source, sweep_at, status, kind, reprocessing_since, created_at, updated_at)
     VALUES ($1, 'b', 'k', 'e', 'callback', now(), 'ready', 'image', now(), now(), now())`,
    [upload],
  );
  const wanted = (kind: string, job: string) => ({ kind, job, spec: { width: 2 }, specHash: 'new' });
  const rows: [name: string, job: string, status: string, more: object][] = [
    ['same', 'upload.process', 'ready', {}],
    ['again', 'upload.process', 'ready', { wanted: wanted('image', 'upload.reprocess') }],
    ['film', 'upload.transcode', 'ready', { wanted: wanted('hls', 'upload.retranscode') }],
    ['kept', 'upload.process', 'ready', { error_code: 'media.damaged', error_message: 'it is' }],
    ['fine', 'upload.reprocess', 'pending', {}],
    ['bad', 'upload.process', 'failed', { error_code: 'media.timed_out', error_message: 'too long' }],
  ];
  for (const [position, [name, job, status, more]] of rows.entries())
    await source.query(
      `INSERT INTO renditions (id, upload_id, position, name, kind, job, spec, spec_hash, status, object_key, wanted,
                               error_code, error_message)
       SELECT $1, $2, $3, $4, 'image', $5, '{"format": "avif"}', 'old', $6, CASE WHEN $6 = 'ready' THEN 'r/' || $4 END,
              wanted, error_code, error_message
       FROM jsonb_to_record($7) AS t (wanted jsonb, error_code text, error_message text)`,
      [newId(), upload, position, name, job, status, JSON.stringify(more)],
    );
  const removals: [name: string, specHash: string, objectKey: string][] = [
    ['same', 'older', 'r/same-older.webp'],
    ['fine', 'old', 'r/fine-old/'],
    ['', '', 'r/'],
  ];
  for (const [name, specHash, objectKey] of removals)
    await source.query(
      `INSERT INTO removals (id, upload_id, name, spec_hash, bucket, object_key, due_at)
       VALUES ($1, $2, $3, $4, 'b', $5, '2026-01-01T00:00:00Z')`,
      [newId(), upload, name, specHash, objectKey],
    );
  await source.query(
    `INSERT INTO outbox (id, name, payload) VALUES ($1, 'upload.refine', '{"v": 1}'), ($2, 'upload.process', '{"v": 1, "unproven": true}'),
                                                   ($3, 'upload.reprocess', '{"v": 1}')`,
    [newId(), newId(), newId()],
  );
  const before = (await source.query(
    `SELECT name, kind, status, wanted, object_key, error_code, job FROM renditions ORDER BY position`,
  )) as unknown;

  await migrateDatabase(url);
  const versions = (await source.query(
    `SELECT concat_ws(' ', name, status, job, spec_hash, object_key, storage_keys[1], error_code) AS row
     FROM rendition_versions ORDER BY 1`,
  )) as { row: string }[];
  expect(versions.map(({ row }) => row)).toEqual(
    [
      ' retired upload.process  r/',
      'again pending upload.process new',
      'again ready upload.process old r/again',
      'bad failed upload.process old media.timed_out',
      'film pending upload.transcode new',
      'film ready upload.transcode old r/film',
      'fine pending upload.render old r/fine-old/',
      'kept failed upload.process old media.damaged',
      'kept ready upload.process old r/kept',
      'same ready upload.process old r/same',
      'same retired upload.process older r/same-older.webp',
    ].toSorted(),
  );
  const shown = (await source.query(
    `SELECT concat_ws(' ', name, status, spec_hash, error_code) AS row FROM renditions ORDER BY position`,
  )) as { row: string }[];
  expect(shown.map(({ row }) => row)).toEqual([
    'same ready old',
    'again ready old',
    'film ready old',
    'kept ready old media.damaged',
    'fine pending old',
    'bad failed old media.timed_out',
  ]);
  expect(await source.query('SELECT name, payload FROM outbox ORDER BY name')).toEqual([
    { name: 'upload.process', payload: { v: 1, urgency: 'unproven' } },
    { name: 'upload.render', payload: { v: 1 } },
  ]);

  await goBack();
  expect(
    await source.query(
      `SELECT name, kind, status, wanted, object_key, error_code, job FROM renditions ORDER BY position`,
    ),
  ).toEqual(before);
  const kept = (await source.query('SELECT object_key FROM removals ORDER BY 1')) as { object_key: string }[];
  expect(kept.map((row) => row.object_key).toSorted()).toEqual(removals.map(([, , key]) => key).toSorted());
  expect(await migrateDatabase(url)).toHaveLength(steps);
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

test('a database that is not migrated is not ready, and a worker waits until it is', async () => {
  const url = await createTestDatabase({ empty: true });
  const source = await createDataSource(
    { url, poolSize: 2, applicationName: 'ready' },
    entities,
  ).initialize();
  let isOver = false;
  const waiting = waitForMigrations(source, createLogger('test', 'silent')).then(() => {
    isOver = true;
  });
  await expect(checkDatabase(source)).rejects.toMatchObject({ code: 'database.not_migrated' });
  expect(isOver).toBe(false);
  await migrateDatabase(url);
  await waiting;
  await checkDatabase(source);
  await source.destroy();
  await dropTestDatabase(url);
});
