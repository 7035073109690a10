import { once } from 'node:events';
import { connect } from 'node:net';
import { newId } from '#runtime';
import { type AppProcess, eventually, startApp, testDatabase, type TestDatabase } from '#testing';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { apiEnv } from './api-env.fixture.js';
import { logEvents, openStream } from './live.fixture.js';

const heartbeatMs = 200;

describe('the stream of events', () => {
  let database: TestDatabase;
  let env: Record<string, string>;
  let api: AppProcess;
  beforeAll(async () => {
    database = await testDatabase();
    env = { ...apiEnv(database.url), LIVE_HEARTBEAT_MS: String(heartbeatMs), LIVE_STALL_MS: '1000' };
    api = await startApp('api', env);
  });
  afterAll(async () => {
    await api.end();
    await database[Symbol.asyncDispose]();
  });

  const key = () => ({ authorization: `Bearer ${env['API_KEYS']}` });
  const open = (query = '', headers: Record<string, string> = {}, url = api.url) =>
    openStream(`${url}/v1/events/stream${query}`, { ...key(), ...headers });
  const log = (count: number, subject = {}) => logEvents(database.source, count, subject);
  const logMerge = async (merged: string, into: string) => {
    const id = newId();
    await database.source.query(
      `INSERT INTO events (id, type, upload_id, data, position)
       SELECT $1, 'upload.merged', $2, $3, max(position) + 1 FROM events`,
      [id, merged, { upload: { id: merged, ticketId: null, vars: {} }, into }],
    );
    return id;
  };
  const refusal = async (query: string, headers: Record<string, string> = {}) => {
    const answer = await fetch(`${api.url}/v1/events/stream${query}`, { headers: { ...key(), ...headers } });
    const { code } = (await answer.json()) as { code: string };
    return [answer.status, code];
  };

  /** Waits until a metric of an api is at least this. */
  const metricReaches = (name: string, least: number, { managementUrl } = api) =>
    eventually(async () => {
      const text = await (await fetch(`${managementUrl}/metrics`)).text();
      const line = text.split('\n').find((one) => one.startsWith(`${name} `));
      return Number(line?.split(' ')[1] ?? 0) >= least ? true : undefined;
    });

  test('shows what happens from now on, with its id, type and data', async () => {
    await log(1);
    await using stream = await open();
    expect(stream.answer.status).toBe(200);
    expect(Object.fromEntries(stream.answer.headers)).toMatchObject({
      'content-type': 'text/event-stream',
      'x-accel-buffering': 'no',
      'cache-control': expect.stringContaining('no-store'),
    });
    await stream.until(() => stream.lastId() !== '');
    const uploadId = newId();
    const [id] = await log(1, { type: 'upload.ready', uploadId });
    await stream.until(() => stream.events.length > 0);
    expect(stream.events).toMatchObject([
      {
        id,
        type: 'upload.ready',
        data: { id, type: 'upload.ready', uploadId, data: { upload: { id: uploadId } } },
      },
    ]);
  });

  test('goes on after the event that Last-Event-ID or `after` names, in order and without a gap', async () => {
    const ids = await log(450);
    const [first, , third] = ids;
    await using resumed = await open(`?after=${third}`, { 'last-event-id': first ?? '' });
    await using after = await open(`?after=${first}`, { 'last-event-id': '' });
    for (const stream of [resumed, after]) {
      await stream.until(() => stream.events.length >= 449);
      expect(stream.events.map(({ id }) => id)).toEqual(ids.slice(1));
    }
  });

  test('reads page by page what is older than what the process holds, and then goes on live', async () => {
    const [first] = await log(1);
    const old = await log(2_500, { type: 'upload.stored' });
    await using stream = await open(`?after=${first}`);
    await stream.until(() => stream.events.length >= 2_500);
    const fresh = await log(3, { type: 'upload.ready' });
    await stream.until(() => stream.events.length >= 2_503);
    expect(stream.events.map(({ id }) => id)).toEqual([...old, ...fresh]);
  });

  test('filters by type, upload and vars, live and from the log', async () => {
    const [before] = await log(1);
    const uploadId = newId();
    const wanted = { type: 'upload.ready', uploadId, vars: { user: '7', album: 'a' } };
    const expected: string[] = [];
    const mix = async () => {
      await log(1, { ...wanted, type: 'upload.stored' });
      await log(1, { ...wanted, uploadId: newId() });
      await log(1, { ...wanted, vars: { user: '8', album: 'a' } });
      expected.push(...(await log(1, wanted)));
    };
    await mix();
    // Older than what the process holds, so that the database filters.
    await log(2_100);
    const query = `type=upload.failed,upload.ready&uploadId=${uploadId}&var.user=7&var.album=a`;
    await using stream = await open(`?after=${before}&${query}`);
    await stream.until(() => stream.events.length === 1);
    await mix();
    await stream.until(() => stream.events.length === 2);
    expect(stream.events.map(({ id }) => id)).toEqual(expected);
  });

  test('heartbeats move the id on, so that a reader of rare events resumes near the end', async () => {
    await using stream = await open('?type=upload.merged');
    await stream.until(() => stream.beats() > 0);
    const ids = await log(5);
    await stream.until(() => stream.lastId() === ids.at(-1));
    expect(stream.events).toEqual([]);
  });

  test('a reader of an upload that is merged goes on with the one that stands for it', async () => {
    const [merged, into] = [newId(), newId()];
    const [before] = await log(1);
    const query = `uploadId=${merged}`;
    await using stream = await open(`?${query}`);
    await using ready = await open(
      `?${query.toUpperCase().replace('UPLOADID', 'uploadId')}&type=upload.ready`,
    );
    await Promise.all([stream, ready].map((one) => one.until(() => one.lastId() !== '')));
    await logMerge(merged, into);
    await log(1, { uploadId: into });
    await log(1);
    await stream.until(() => stream.events.length === 2);
    expect(stream.events.map(({ data }) => data.uploadId)).toEqual([merged, into]);
    await ready.until(() => ready.events.length === 1);
    // Older than what the process holds, so that the database filters.
    await log(2_100);
    await using later = await open(`?after=${before}&${query}&type=upload.ready`);
    await later.until(() => later.events.length === 1);
    for (const one of [ready, later]) expect(one.events.map(({ data }) => data.uploadId)).toEqual([into]);
  });

  test('a slow reader of an upload that is merged meanwhile misses nothing of the one that stands for it', async () => {
    const slow = await startApp('api', { ...env, LIVE_STALL_MS: '60000' });
    onTestFinished(async () => void (await slow.end()));
    const [merged, into] = [newId(), newId()];
    const answer = await fetch(`${slow.url}/v1/events/stream?uploadId=${merged}`, { headers: key() });
    // More than the buffers on the way hold, and then more than the process holds.
    const before = await log(500, { uploadId: merged, padding: 65_536 });
    const merge = await logMerge(merged, into);
    const [wanted] = await log(1, { uploadId: into });
    await log(2_100);
    const [last = ''] = await log(1, { uploadId: merged });
    const ids: string[] = [];
    const decoder = new TextDecoder();
    let rest = '';
    for await (const chunk of answer.body ?? []) {
      const blocks = (rest + decoder.decode(chunk as Uint8Array, { stream: true })).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks)
        if (block.includes('\ndata: ')) ids.push(/^id: (.*)$/m.exec(block)?.[1] ?? '');
      if (ids.includes(last)) break;
    }
    expect(ids).toEqual([...before, merge, wanted, last]);
  });

  test('a kill of the api loses nothing for a reader that comes back', async () => {
    const own = await startApp('api', env);
    const seen: string[] = [];
    const stream = await open('', {}, own.url);
    await stream.until(() => stream.lastId() !== '');
    const before = await log(40);
    await stream.until(() => stream.events.length >= 10);
    await own.end('SIGKILL');
    await stream.ended;
    seen.push(...stream.events.map(({ id }) => id));
    const meanwhile = await log(40);
    const next = await startApp('api', env);
    try {
      await using resumed = await open('', { 'last-event-id': stream.lastId() }, next.url);
      const rest = 80 - seen.length;
      const after = await log(20);
      await resumed.until(() => resumed.events.length >= rest + 20);
      expect([...seen, ...resumed.events.map(({ id }) => id)]).toEqual([...before, ...meanwhile, ...after]);
    } finally {
      await next.end();
    }
  });

  test('a reader that takes nothing is cut, and gets everything when it comes back', async () => {
    const { port } = new URL(api.url);
    const [before] = await log(1);
    const socket = connect(Number(port), '127.0.0.1');
    await once(socket, 'connect');
    socket.pause();
    socket.write(
      `GET /v1/events/stream?after=${before} HTTP/1.1\r\nHost: api\r\nAuthorization: Bearer ${env['API_KEYS']}\r\n\r\n`,
    );
    const ids: string[] = [];
    for (let page = 0; page < 20; page += 1) ids.push(...(await log(20, { padding: 60_000 })));
    await metricReaches('landfall_event_streams_ended_total{reason="stalled"}', 1);
    socket.destroy();
    await using resumed = await open(`?after=${before}`);
    await resumed.until(() => resumed.events.length >= ids.length);
    expect(resumed.events.map(({ id }) => id)).toEqual(ids);
  });

  test('200 streams at once get the same, and end within moments when the api does', async () => {
    const own = await startApp('api', env);
    const streams = await Promise.all(Array.from({ length: 200 }, () => open('', {}, own.url)));
    await Promise.all(streams.map((stream) => stream.until(() => stream.lastId() !== '')));
    await metricReaches('landfall_event_streams', 200, own);
    const ids = await log(25);
    await Promise.all(streams.map((stream) => stream.until(() => stream.events.length >= 25)));
    for (const stream of streams) expect(stream.events.map(({ id }) => id)).toEqual(ids);
    const waiting = fetch(`${own.url}/v1/events?after=${ids.at(-1)}&wait=30`, { headers: key() });
    await metricReaches('landfall_event_feed_waiting', 1, own);
    const startedAt = performance.now();
    expect(await own.end()).toBe(0);
    expect(performance.now() - startedAt).toBeLessThan(4_000);
    await Promise.all(streams.map(({ ended }) => ended));
    expect([(await waiting).status, await (await waiting).json()]).toEqual([
      200,
      { items: [], next: ids.at(-1) },
    ]);
  });

  test('no more streams than the limit are open, and one that ends makes room', async () => {
    const own = await startApp('api', { ...env, LIVE_STREAMS_MAX: '2' });
    const streams = [await open('', {}, own.url), await open('', {}, own.url)];
    const third = await open('', {}, own.url);
    expect(third.answer.status).toBe(503);
    expect(third.answer.headers.get('retry-after')).toBe('1');
    // At any status but 200 a browser would not come back.
    const browser = await fetch(`${own.url}/v1/events/stream`, {
      headers: { ...key(), accept: 'text/event-stream' },
    });
    expect(browser.status).toBe(200);
    expect(await browser.text()).toMatch(/^retry: [23]\d{3}\n\n$/);
    await streams[0]?.[Symbol.asyncDispose]();
    for (let status = 503; status !== 200;) {
      await using again = await open('', {}, own.url);
      ({ status } = again.answer);
    }
    await streams[1]?.[Symbol.asyncDispose]();
    await own.end();
  });

  test('a HEAD request opens nothing', async () => {
    const answer = await fetch(`${api.url}/v1/events/stream`, { method: 'HEAD', headers: key() });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
  });

  test('a stream outlasts the time limit of requests', async () => {
    await using stream = await open();
    const startedAt = performance.now();
    await stream.until(() => performance.now() - startedAt > 7_000);
    const ids = await log(1);
    await stream.until(() => stream.events.length > 0);
    expect(stream.events.map(({ id }) => id)).toEqual(ids);
  });

  test.each([
    ['?after=17', 400, 'request.invalid'],
    ['?after=', 400, 'request.invalid'],
    ['?type=upload.gone', 400, 'request.invalid'],
    ['?uploadId=17', 400, 'request.invalid'],
    ['?colour=red', 400, 'request.invalid'],
    ['?var.a=1&var.a=2', 400, 'request.invalid'],
    ['?after=ffffffff-ffff-7fff-bfff-ffffffffffff', 404, 'event.cursor_unknown'],
    ['?after=00000000-0000-7000-8000-000000000000', 410, 'event.cursor_expired'],
  ])('refuses %s', async (query, status, code) => {
    expect(await refusal(query)).toEqual([status, code]);
  });

  test('refuses a Last-Event-ID that is none, and who has no key', async () => {
    expect(await refusal('', { 'last-event-id': '17' })).toEqual([400, 'request.invalid']);
    expect(await refusal('', { authorization: '' })).toEqual([401, 'auth.key_missing']);
    expect(await refusal('', { authorization: 'Bearer wrong' })).toEqual([401, 'auth.key_invalid']);
    expect(await refusal(`?token=${env['API_KEYS']}`)).toEqual([401, 'auth.token_invalid']);
  });
});
