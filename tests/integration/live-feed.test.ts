import { EventSequencer, recordEvents } from '#events';
import { createLogger, firstIdOf, newId } from '#runtime';
import { type AppProcess, eventually, startApp, testDatabase, type TestDatabase } from '#testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { apiEnv } from './api-env.fixture.js';
import { newEvent } from './events.fixture.js';
import { logEvents, openStream } from './live.fixture.js';

interface Page {
  items: { id: string; type: string; uploadId: string }[];
  next: string;
  code?: string;
}

describe('the feed of events', () => {
  let database: TestDatabase;
  let env: Record<string, string>;
  let api: AppProcess;
  beforeAll(async () => {
    database = await testDatabase();
    env = { ...apiEnv(database.url), LIVE_WAITING_MAX: '3' };
    api = await startApp('api', env);
  });
  afterAll(async () => {
    await api.end();
    await database[Symbol.asyncDispose]();
  });

  const get = async (query: string, signal?: AbortSignal): Promise<Page & { status: number }> => {
    const answer = await fetch(`${api.url}/v1/events${query}`, {
      headers: { authorization: `Bearer ${env['API_KEYS']}` },
      ...(signal ? { signal } : {}),
    });
    return { status: answer.status, ...((await answer.json()) as Page) };
  };
  const log = (count: number, subject = {}) => logEvents(database.source, count, subject);
  const waiting = () =>
    eventually(async () => {
      const text = await (await fetch(`${api.managementUrl}/metrics`)).text();
      return /^landfall_event_feed_waiting (\d+)$/m.exec(text)?.[1];
    });
  const idsOf = ({ items }: Page) => items.map(({ id }) => id);

  test('is empty at first, and says where to go on', async () => {
    expect(await get('')).toMatchObject({ status: 200, items: [], next: 'beginning' });
    expect(await get('?after=latest')).toMatchObject({ items: [], next: 'beginning' });
    const ids = await log(3);
    const page = await get('?after=beginning');
    expect([idsOf(page), page.next]).toEqual([ids, ids[2]]);
  });

  test('gives every event once to whoever reads on after `next`', async () => {
    const { next: start } = await get('?after=latest');
    const ids = await log(25);
    const seen: string[] = [];
    for (let after = start; ;) {
      const page = await get(`?after=${after}&limit=7`);
      seen.push(...idsOf(page));
      if (page.next === after) break;
      after = page.next;
    }
    expect(seen).toEqual(ids);
  });

  test('skips nothing although transactions commit out of order', async () => {
    const sequencer = new EventSequencer(database.url, createLogger('test', 'silent'));
    sequencer.start();
    const { next: start } = await get('?after=latest');
    await using stream = await openStream(`${api.url}/v1/events/stream`, {
      authorization: `Bearer ${env['API_KEYS']}`,
    });
    await stream.until(() => stream.lastId() !== '');
    const record = async (id: string, hold: Promise<unknown>) =>
      database.source.transaction(async (manager) => {
        await recordEvents(manager, [newEvent({ id, uploadId: id })]);
        await hold;
      });
    const seen: string[] = [];
    let after = start;
    const readOn = async () => {
      const page = await get(`?after=${after}&wait=5`);
      seen.push(...idsOf(page));
      after = page.next;
    };
    const late = Promise.withResolvers<void>();
    const [slow, quick] = [newId(), newId()];
    const slowDone = record(slow, late.promise);
    await record(quick, Promise.resolve());
    await readOn();
    expect(seen).toEqual([quick]);
    late.resolve();
    await slowDone;
    await readOn();
    expect(seen).toEqual([quick, slow]);
    const many = await Promise.all(
      Array.from({ length: 60 }, async (_, index) => {
        const id = newId();
        await record(id, new Promise((resolve) => setTimeout(resolve, (index * 7) % 40)));
        return id;
      }),
    );
    while (seen.length < 62) await readOn();
    expect(seen.slice(2).toSorted()).toEqual(many.toSorted());
    await stream.until(() => stream.events.length >= 62);
    expect(stream.events.map(({ id }) => id)).toEqual(seen);
    await sequencer.stop();
  });

  test('waits for an event that is wanted, and for no other', async () => {
    const { next } = await get('?after=latest');
    const uploadId = newId();
    const asked = get(`?after=${next}&wait=20&uploadId=${uploadId}&type=upload.ready&var.user=7`);
    await eventually(async () => ((await waiting()) === '1' ? true : undefined));
    const vars = { user: '7' };
    await log(1);
    await log(1, { uploadId, vars, type: 'upload.stored' });
    await log(1, { uploadId, vars: { user: '8' } });
    const [wanted] = await log(1, { uploadId, vars });
    expect(idsOf(await asked)).toEqual([wanted]);
  });

  test('a wait ends by its time, and the cursor moves past what was not wanted', async () => {
    const { next } = await get('?after=latest');
    const asked = get(`?after=${next}&wait=1&type=upload.merged`);
    await eventually(async () => ((await waiting()) === '1' ? true : undefined));
    const [other] = await log(1);
    expect(await asked).toMatchObject({ status: 200, items: [], next: other });
  });

  test('a wait may be longer than the time limit of requests', async () => {
    const startedAt = performance.now();
    expect(await get('?after=latest&wait=7')).toMatchObject({ status: 200, items: [] });
    expect(performance.now() - startedAt).toBeGreaterThan(6_500);
  });

  test('so many wait and no more; who leaves makes room', async () => {
    const leaving = new AbortController();
    const asked = [1, 2, 3].map(() => get('?after=latest&wait=30', leaving.signal));
    const left = Promise.allSettled(asked);
    await eventually(async () => ((await waiting()) === '3' ? true : undefined));
    expect(await get('?after=latest&wait=1')).toMatchObject({ status: 503, code: 'live.waiting_full' });
    expect(await get('?after=latest')).toMatchObject({ status: 200 });
    leaving.abort();
    await left;
    await eventually(async () => ((await waiting()) === '0' ? true : undefined));
  });

  test('a rare event is found behind many others, page by page', async () => {
    const { next } = await get('?after=latest');
    await log(12_000);
    const [rare] = await log(1, { type: 'upload.deleted' });
    const first = await get(`?after=${next}&type=upload.deleted`);
    expect(first.items).toEqual([]);
    expect(first.next).not.toBe(next);
    expect(idsOf(await get(`?after=${first.next}&type=upload.deleted`))).toEqual([rare]);
    expect(idsOf(await get(`?after=${next}&type=upload.deleted&wait=5`))).toEqual([rare]);
  });

  test('says by its code that a cursor is from the future, or older than what is kept', async () => {
    const future = firstIdOf(Date.now() + 3_600_000);
    expect(await get(`?after=${future}`)).toMatchObject({ status: 404, code: 'event.cursor_unknown' });
    const ids = await log(3);
    await database.source.query('DELETE FROM events WHERE id <> $1', [ids[2]]);
    const past = firstIdOf(Date.now() - 3_600_000);
    expect(await get(`?after=${past}`)).toMatchObject({ status: 410, code: 'event.cursor_expired' });
    expect(idsOf(await get(''))).toEqual([ids[2]]);
  });

  test.each([
    '?limit=0',
    '?limit=201',
    '?wait=31',
    '?wait=-1',
    '?after=17',
    '?type=rendition.progress',
    '?a=b',
  ])('refuses %s', async (query) => {
    expect(await get(query)).toMatchObject({ status: 400, code: 'request.invalid' });
  });

  test('takes no token, and wants a key', async () => {
    expect((await fetch(`${api.url}/v1/events`)).status).toBe(401);
    expect((await fetch(`${api.url}/v1/events?token=x`)).status).toBe(401);
  });
});
