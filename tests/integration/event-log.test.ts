import { listenForNotifications } from '#database';
import {
  EventReader,
  eventsChannel,
  EventSequencer,
  eventTypes,
  LogEvent,
  type NewEvent,
  pruneEvents,
  recordEvents,
} from '#events';
import { createLogger, firstIdOf, newId } from '#runtime';
import { eventually, testDatabase, type TestDatabase } from '#testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { newEvent } from './events.fixture.js';

const logger = createLogger('test', 'silent');
const never = new AbortController().signal;
let database: TestDatabase;
let reader: EventReader;
const sequencers: EventSequencer[] = [];

beforeEach(async () => {
  database = await testDatabase();
  reader = new EventReader(database.source);
});
afterEach(async () => {
  await Promise.all(sequencers.splice(0).map((sequencer) => sequencer.stop()));
  await database[Symbol.asyncDispose]();
});

function sequence(onPlaced?: ConstructorParameters<typeof EventSequencer>[2]): EventSequencer {
  const sequencer = new EventSequencer(database.url, logger, onPlaced);
  sequencers.push(sequencer);
  sequencer.start();
  return sequencer;
}

const record = (...events: NewEvent[]) => recordEvents(database.source.manager, events);
const placed = (count: number) =>
  eventually(async () => {
    const events = await reader.after(0, 10_000);
    return events.length === count ? events : undefined;
  });
const idsOf = (events: readonly { id?: string }[]) => events.map(({ id }) => id);

test('what is rolled back is not in the log, and what is recorded twice is in it once', async () => {
  const [kept, undone] = [newEvent(), newEvent()];
  const rolledBack = database.source.transaction(async (manager) => {
    await recordEvents(manager, [undone]);
    throw new Error('undone');
  });
  await expect(rolledBack).rejects.toThrow('undone');
  await record(kept);
  await record(kept);
  sequence();
  expect(idsOf(await placed(1))).toEqual([kept.id]);
});

test('data that is not as its type says is refused where it is made', async () => {
  const wrong = { ...newEvent(), data: { upload: { id: 'x' } } } as unknown as NewEvent;
  await expect(record(wrong)).rejects.toThrow(/bucket/);
  expect(await database.source.getRepository(LogEvent).count()).toBe(0);
});

test('an event that is committed late is placed after what was read before', async () => {
  sequence();
  const [late, early] = [newEvent(), newEvent()];
  const slow = database.source.createQueryRunner();
  await slow.startTransaction();
  await recordEvents(slow.manager, [late]);
  await record(early);
  const first = await eventually(async () => {
    const page = await reader.page(undefined, {}, 10);
    return page.items.length === 1 ? page : undefined;
  });
  expect(idsOf(first.items)).toEqual([early.id]);
  await slow.commitTransaction();
  await slow.release();
  await placed(2);
  expect(idsOf((await reader.page(first.next ?? undefined, {}, 10)).items)).toEqual([late.id]);
});

test('a reader that keeps its cursor sees every event once, while many are written at once', async () => {
  sequence();
  const seen: string[] = [];
  let cursor: string | undefined;
  const read = async () => {
    const page = await reader.page(cursor, {}, 7);
    seen.push(...page.items.map(({ id }) => id));
    cursor = page.next ?? cursor;
  };
  const written = new AbortController();
  const reading = (async () => {
    while (!written.signal.aborted) await read();
  })();
  const ids = await Promise.all(
    Array.from({ length: 6 }, async (_, writer) => {
      const own: string[] = [];
      for (let n = 0; n < 30; n += 1) {
        const events = [newEvent(), newEvent()];
        own.push(...events.map(({ id = '' }) => id));
        await database.source.transaction(async (manager) => {
          await recordEvents(manager, events);
          // Some transactions last longer than others.
          await manager.query('SELECT pg_sleep($1)', [((n * 7 + writer) % 5) / 1_000]);
        });
      }
      return own;
    }),
  );
  await placed(ids.flat().length);
  written.abort();
  await reading;
  while (seen.length < ids.flat().length) await read();
  expect(seen.toSorted()).toEqual(ids.flat().toSorted());
  // Of one writer in the order in which it wrote.
  for (const own of ids) expect(seen.filter((id) => own.includes(id))).toEqual(own);
});

test('one process places at a time; another goes on when it stops, or loses its connection', async () => {
  const [one] = [sequence(), sequence(), sequence()];
  await record(newEvent());
  await placed(1);
  const sessions = () =>
    database.source.query(
      `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    ) as Promise<{ pid: number }[]>;
  const [holder, ...others] = await sessions();
  expect(others).toEqual([]);
  await database.source.query('SELECT pg_terminate_backend($1)', [holder?.pid]);
  await record(newEvent());
  await placed(2);
  await one.stop();
  await record(newEvent(), newEvent());
  const events = await placed(4);
  expect(events.map(({ position }) => Number(position))).toEqual([1, 2, 3, 4]);
  expect(await sessions()).toHaveLength(1);
});

test('what follows from an event is there when it is placed, or neither is', async () => {
  const followed: number[][] = [];
  let fails = true;
  sequence(async (manager, { first, last }) => {
    const rows = (await manager.query('SELECT id FROM events WHERE position BETWEEN $1 AND $2', [
      first,
      last,
    ])) as unknown[];
    followed.push([first, last, rows.length]);
    if (!fails) return;
    fails = false;
    throw new Error('the receiver of this test fails once');
  });
  await record(newEvent(), newEvent(), newEvent());
  await placed(3);
  expect(followed).toEqual([
    [1, 3, 3],
    [1, 3, 3],
  ]);
});

test('those who follow the log are woken', async () => {
  await using stack = new AsyncDisposableStack();
  const over = stack.adopt(new AbortController(), (controller) => controller.abort());
  let wakes = 0;
  void listenForNotifications(database.url, eventsChannel, () => (wakes += 1), {
    signal: over.signal,
    logger,
  });
  // Once for being connected.
  await eventually(() => wakes === 1 || undefined);
  sequence();
  await record(newEvent());
  expect(await eventually(() => (wakes > 1 ? wakes : undefined))).toBeGreaterThan(1);
});

test('a page has the types and the upload that were asked for, and moves on past all others', async () => {
  const mine = newId();
  const wanted = [newEvent({ uploadId: mine }), newEvent({ type: 'upload.ignored' })] as const;
  await record(...Array.from({ length: 20 }, () => newEvent()), wanted[0], wanted[1], newEvent());
  sequence();
  const all = await placed(23);
  const ignored = await reader.page(undefined, { types: ['upload.ignored'] }, 5);
  expect(idsOf(ignored.items)).toEqual([wanted[1].id]);
  expect(ignored.next).toBe(all.at(-1)?.id);
  const ofMine = await reader.page(undefined, { uploadId: mine }, 5);
  expect(idsOf(ofMine.items)).toEqual([wanted[0].id]);
  expect(await reader.page(ofMine.next ?? '', {}, 5)).toEqual({ items: [], next: ofMine.next });
});

test('a rare type is found in a long log, over pages that may be empty', async () => {
  await database.source.query(
    `INSERT INTO events (id, position, type, data)
     SELECT gen_random_uuid(), n, 'upload.processing', '{}' FROM generate_series(1, 25000) AS n`,
  );
  const rare = newEvent({ type: 'upload.ignored' });
  await record(rare);
  sequence();
  await eventually(async () => (await reader.newestPosition()) === 25_001 || undefined);
  const found: (string | undefined)[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < 4; pages += 1) {
    const page = await reader.page(cursor, { types: ['upload.ignored'] }, 10);
    found.push(...idsOf(page.items));
    cursor = page.next ?? undefined;
  }
  expect(found).toEqual([rare.id]);
  expect(cursor).toBe(rare.id);
});

test('the newest event is a cursor by its name, also of an empty log', async () => {
  expect(await reader.page('latest', {}, 10)).toEqual({ items: [], next: null });
  expect(await reader.page(undefined, {}, 10)).toEqual({ items: [], next: null });
  const last = newEvent();
  await record(newEvent(), last);
  sequence();
  await placed(2);
  expect(await reader.page('latest', {}, 10)).toEqual({ items: [], next: last.id });
});

test('a cursor that is older than the log, or that it never had, says so', async () => {
  const events = [newEvent({ id: newId() }), newEvent(), newEvent()];
  await record(...events);
  sequence();
  await placed(3);
  await database.source.query(`UPDATE events SET created_at = now() - interval '2 days' WHERE position < 3`);
  expect(await pruneEvents(database.source, 86_400, never)).toBe(2);
  const old = firstIdOf(Date.now() - 2 * 86_400_000);
  await expect(reader.page(old, {}, 10)).rejects.toMatchObject({ code: 'event.cursor_expired' });
  await expect(reader.page(newId(), {}, 10)).rejects.toMatchObject({ code: 'event.cursor_unknown' });
  const fromTheFuture = firstIdOf(Date.now() + 86_400_000);
  await expect(reader.page(fromTheFuture, {}, 10)).rejects.toMatchObject({ code: 'event.cursor_unknown' });
});

test('what is old goes, but for the newest event: positions go on from it', async () => {
  await record(newEvent(), newEvent(), newEvent());
  sequence();
  await placed(3);
  await database.source.query(`UPDATE events SET created_at = now() - interval '2 days'`);
  expect(await pruneEvents(database.source, 86_400, never)).toBe(2);
  await record(newEvent());
  const events = await placed(2);
  expect(events.map(({ position }) => Number(position))).toEqual([3, 4]);
});

test('an event of a clock that was ahead stays longer than those after it, and stands in nobody\u2019s way', async () => {
  await database.source.query(
    `INSERT INTO events (id, position, type, data, created_at)
     SELECT gen_random_uuid(), n, 'upload.processing', '{}',
            now() + make_interval(days => CASE WHEN n = 1 THEN 40 ELSE -40 END)
     FROM generate_series(1, 12000) AS n`,
  );
  expect(await pruneEvents(database.source, 86_400, never)).toBe(11_998);
  await database.source.query(
    `INSERT INTO events (id, position, type, data) VALUES (gen_random_uuid(), 12001, 'upload.processing', '{}')`,
  );
  const positions: number[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < 4; pages += 1) {
    const page = await reader.page(cursor, {}, 10);
    positions.push(...page.items.map(({ position }) => Number(position)));
    cursor = page.next ?? undefined;
  }
  expect(positions).toEqual([1, 12_000, 12_001]);
});

test('every type of event has a description and data', () => {
  for (const { description, data } of Object.values(eventTypes)) {
    expect(description).toMatch(/\.$/);
    expect(Object.keys(data.shape)).not.toEqual([]);
  }
});
