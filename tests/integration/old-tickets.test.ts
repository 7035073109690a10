import { firstIdOf, newId } from '#runtime';
import { testDatabase, type TestDatabase } from '#testing';
import { insertTicket, readTicket, removeOldTickets, type Ticket } from '#uploads';
import { afterAll, beforeAll, expect, test } from 'vitest';

const dayMs = 24 * 3_600_000;
let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

function ticket(id: string, expiresAt: Date): Ticket {
  return {
    id,
    bucket: 'landfall',
    objectKey: `tickets/${id}`,
    contentTypes: null,
    maxBytes: '1',
    vars: {},
    pipeline: null,
    overwrite: false,
    expiresAt,
    followUpAt: null,
    createdAt: expiresAt,
  };
}

test('tickets that expired thirty days ago are removed, page by page, and no others', async () => {
  const now = Date.now();
  const old = Array.from({ length: 1_001 }, (_, index) =>
    ticket(firstIdOf(now - 31 * dayMs - index * 1_000), new Date(now - 31 * dayMs)),
  );
  const expired = ticket(firstIdOf(now - 29 * dayMs), new Date(now - 29 * dayMs));
  const valid = ticket(newId(), new Date(now + dayMs));
  // Issued long ago for a long time.
  const longLived = ticket(firstIdOf(now - 40 * dayMs), new Date(now - 29 * dayMs));
  for (const one of [...old, expired, valid, longLived]) await insertTicket(database.source, one);

  expect(await removeOldTickets(database.source, new AbortController().signal)).toBe(1_001);
  for (const { id } of [expired, valid, longLived])
    await expect(readTicket(database.source, id)).resolves.toMatchObject({ id });
  await expect(readTicket(database.source, old[0]?.id ?? '')).rejects.toMatchObject({
    code: 'ticket.not_found',
  });
  expect(await removeOldTickets(database.source, new AbortController().signal)).toBe(0);
});
