import { isDatabaseUnavailable, type EntityManager, PreparedStatement } from '#database';
import { expect, test } from 'vitest';
import { Rendition, RenditionVersion, Upload } from '#uploads';
import { two, useUploads } from './reprocess.fixture.js';

const { database, ready } = useUploads();

test.each([
  ['uploads', Upload, 'id'],
  ['rendition_versions', RenditionVersion, 'upload_id'],
  ['renditions', Rendition, 'upload_id'],
])('its rows are those of TypeORM: %s', async (table, entity, key) => {
  const id = await ready(two);
  const rows = new PreparedStatement(
    `test-${table}`,
    (columns) => `SELECT ${columns(entity, 't')} FROM ${table} AS t WHERE ${key} = $1 ORDER BY id`,
  );
  const where = entity === Upload ? { id } : { uploadId: id };
  const found = await database.source.getRepository<object>(entity).find({ where, order: { id: 'ASC' } });
  expect(found.length).toBeGreaterThan(0);
  expect(await rows.run(database.source, [id])).toEqual(found.map((one) => Object.assign({}, one)));
});

const byId = new PreparedStatement<Upload>(
  'test-by-id',
  (columns) => `SELECT ${columns(Upload, 'u')} FROM uploads AS u WHERE id = $1`,
);

test('it runs in the transaction of its manager, and outlives a column that a migration adds', async () => {
  const id = await ready(two);
  const change = database.source.transaction(async (manager: EntityManager) => {
    await byId.run(manager, [id]);
    await manager.query('ALTER TABLE uploads ADD COLUMN of_tomorrow integer');
    await manager.update(Upload, { id }, { title: 'changed' });
    const rows = await byId.run(manager, [id]);
    expect(rows).toMatchObject([{ id, title: 'changed' }]);
    expect(rows[0]).not.toHaveProperty('of_tomorrow');
    throw new Error('undone');
  });
  await expect(change).rejects.toThrow('undone');
  expect(await byId.run(database.source, [id])).toMatchObject([{ id, title: null }]);
});

test('it refuses what Postgres refuses, and another text under its name', async () => {
  await expect(byId.run(database.source, ['no id'])).rejects.toMatchObject({ code: '22P02' });
  const other = new PreparedStatement('test-by-id', () => 'SELECT 1');
  await database.source.transaction(async (manager) => {
    await byId.run(manager, ['00000000-0000-7000-8000-000000000000']);
    await expect(other.run(manager, [])).rejects.toThrow('test-by-id');
  });
});

test('a connection that is lost counts as a database that is away', async () => {
  const lost = database.source.transaction(async (manager) => {
    const [{ pid }] = (await manager.query('SELECT pg_backend_pid() AS pid')) as [{ pid: number }];
    await database.source.query('SELECT pg_terminate_backend($1)', [pid]);
    await byId.run(manager, ['00000000-0000-7000-8000-000000000000']);
  });
  expect(isDatabaseUnavailable(await lost.catch((error: unknown) => error))).toBe(true);
});
