import { testDatabase, type TestDatabase } from '#testing';
import { keepRefused, listRefused, refusedKept } from '#uploads';
import { afterAll, beforeAll, expect, test } from 'vitest';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

const line = (kind: string) => ({ kind, line: { text: '\0\uD800' }, explanation: [] });
const counted = () =>
  database.source.query('SELECT kind, count(*)::int AS count FROM refused_callbacks GROUP BY 1 ORDER BY 1');

test('of each kind the newest are kept, so that junk does not crowd out the rest, and none for longer than a day', async () => {
  const { source } = database;
  await keepRefused(source, [line('signed')]);
  const batch = Array.from({ length: 40 }, () => line('junk'));
  await keepRefused(source, batch);
  await keepRefused(source, batch);
  expect(await counted()).toEqual([
    { kind: 'junk', count: refusedKept.ofKind },
    { kind: 'signed', count: 1 },
  ]);
  const { items } = await listRefused(source, 100, undefined);
  expect(items).toHaveLength(refusedKept.ofKind + 1);
  // Two apis that keep at once.
  await Promise.all([keepRefused(source, batch), keepRefused(source, batch)]);
  await source.query(`UPDATE refused_callbacks SET created_at = now() - interval '25 hours'`);
  expect((await listRefused(source, 100, undefined)).items).toEqual([]);
  await keepRefused(source, [line('signed')]);
  expect(await counted()).toEqual([{ kind: 'signed', count: 1 }]);
});
