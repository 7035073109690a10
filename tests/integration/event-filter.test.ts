import { type EventFilter, EventReader, subjectOf, wantsEvent } from '#events';
import { newId } from '#runtime';
import { testDatabase } from '#testing';
import { array, assert, asyncProperty, constantFrom, option, record } from 'fast-check';
import { expect, test } from 'vitest';
import { logEvents } from './live.fixture.js';

test('the database and the process choose the same events', async () => {
  await using database = await testDatabase();
  const [uploads, tickets] = [Array.from({ length: 3 }, newId), Array.from({ length: 3 }, newId)];
  const manyVars: Record<string, string>[] = [
    {},
    { a: '1' },
    { a: '1', b: '2' },
    { a: '2' },
    { b: `it's "%"` },
    { a: '' },
  ];
  for (const [at, uploadId] of uploads.entries())
    for (const type of ['upload.stored', 'upload.ready'])
      for (const vars of manyVars)
        await logEvents(database.source, 1, { type, uploadId, ticketId: tickets[at] ?? null, vars });
  await database.source.query(
    `INSERT INTO events (id, type, upload_id, data, position)
     SELECT $1, 'webhook.disabled', NULL, '{"webhook": {}}', max(position) + 1 FROM events`,
    [newId()],
  );
  const reader = new EventReader(database.source);
  const all = await reader.after(0, 200);
  expect(all).toHaveLength(37);
  const anyVars = constantFrom(...manyVars);
  const pins = record({
    uploadIds: array(constantFrom(...uploads), { maxLength: 2 }),
    ticketIds: array(constantFrom(...tickets), { maxLength: 1 }),
    vars: option(anyVars),
  });
  const filters = record(
    {
      types: array(constantFrom('upload.stored', 'upload.ready', 'webhook.disabled')),
      uploadId: constantFrom(...uploads),
      vars: anyVars,
      pins: array(pins, { maxLength: 2 }),
    },
    { requiredKeys: [] },
  );
  await assert(
    asyncProperty(filters, async (filter: EventFilter) => {
      const { items } = await reader.page(undefined, filter, 200);
      const wanted = all.filter((event) => wantsEvent(filter, subjectOf(event)));
      expect(items.map(({ id }) => id)).toEqual(wanted.map(({ id }) => id));
    }),
    { numRuns: 200 },
  );
});
