import { describe, expect, test } from 'vitest';
import { type Answering, startAnswering } from '../answering.fixture.js';
import { Landfall } from '../landfall.js';
import type { StreamedEvent } from './events.js';

const event = (id: string, type = 'upload.stored') => ({ id, type, uploadId: 'u', timestamp: 't', data: {} });
const frame = (id: string) => `id: ${id}\nevent: upload.stored\ndata: ${JSON.stringify(event(id))}\n\n`;
const page = (ids: string[], next: string) => ({
  status: 200,
  body: JSON.stringify({ items: ids.map((id) => event(id)), next }),
});
const problem = (status: number, code: string) => ({
  status,
  headers: { 'content-type': 'application/problem+json' },
  body: JSON.stringify({ code, title: code, detail: code }),
});
const clientOf = (api: Answering) => new Landfall({ baseUrl: api.url, apiKey: 'a-key' });
const queries = (api: Answering) => api.requests.map(({ url }) => url.split('?')[1] ?? '');

describe('list', () => {
  test('reads the log to its present end, over pages that are empty', async () => {
    await using api = await startAnswering([
      page(['1', '2'], '2'),
      page([], '5'),
      page(['6'], '6'),
      page([], '6'),
    ]);
    const ids = [];
    for await (const { id } of clientOf(api).events.list({ type: ['upload.stored'], limit: 2 })) ids.push(id);
    expect(ids).toEqual(['1', '2', '6']);
    expect(queries(api)).toEqual([
      'type=upload.stored&limit=2',
      'type=upload.stored&limit=2&after=2',
      'type=upload.stored&limit=2&after=5',
      'type=upload.stored&limit=2&after=6',
    ]);
  });

  test('ends at once where there is nothing after the cursor given', async () => {
    await using api = await startAnswering([page([], '9')]);
    const pages = [];
    for await (const one of clientOf(api).events.list({ after: '9' }).pages()) pages.push(one);
    expect(pages).toEqual([{ items: [], next: '9' }]);
  });

  test('asks for no page that nobody reads', async () => {
    await using api = await startAnswering([page(['1', '2'], '2'), page(['3'], '3')]);
    for await (const { id } of clientOf(api).events.list()) {
      expect(id).toBe('1');
      break;
    }
    expect(api.requests).toHaveLength(1);
  });
});

test('page waits for as long as it is asked to, and the answer beyond that', async () => {
  await using api = await startAnswering([page([], 'latest'), 'silent']);
  const { events } = clientOf(api);
  expect(await events.page({ after: 'latest', wait: 20 })).toEqual({ items: [], next: 'latest' });
  expect(queries(api)).toEqual(['after=latest&wait=20']);
});

describe('stream', () => {
  /** Reads this many events and leaves. */
  async function read(api: Answering, count: number, options = {}): Promise<StreamedEvent[]> {
    const events: StreamedEvent[] = [];
    for await (const one of clientOf(api).events.stream(options)) if (events.push(one) === count) break;
    return events;
  }

  test.each(['end', 'break'] as const)('resumes where it was when the server lets it %s', async (end) => {
    await using api = await startAnswering([
      { stream: `id: 0\n\n${frame('1')}: beat\n\n`, finally: end },
      problem(503, 'live.streams_full'),
      { stream: `${frame('2')}${frame('3')}`, finally: 'hold' },
    ]);
    const events = await read(api, 3, { uploadId: 'u', type: ['upload.stored'] });
    expect(events.map(({ id }) => id)).toEqual(['1', '2', '3']);
    expect(queries(api)).toEqual([
      'uploadId=u&type=upload.stored',
      'uploadId=u&type=upload.stored&after=1',
      'uploadId=u&type=upload.stored&after=1',
    ]);
    expect(api.requests[0]?.headers).toMatchObject({
      authorization: 'Bearer a-key',
      accept: 'text/event-stream',
    });
  });

  test('resumes from where the server says it is, also before the first event', async () => {
    await using api = await startAnswering([
      { stream: 'retry: 1000\nid: 7\n\n', finally: 'end' },
      { stream: frame('8'), finally: 'hold' },
    ]);
    expect(await read(api, 1, { after: 'latest' })).toMatchObject([{ id: '8' }]);
    expect(queries(api)).toEqual(['after=latest', 'after=7']);
  });

  test('gives progress, which has no id and is no place to resume from', async () => {
    const progress = { type: 'rendition.progress', uploadId: 'u', timestamp: 't', data: { name: 'hls' } };
    await using api = await startAnswering([
      {
        stream: `${frame('1')}event: rendition.progress\ndata: ${JSON.stringify(progress)}\n\n`,
        finally: 'end',
      },
      { stream: frame('2'), finally: 'hold' },
    ]);
    const [, second] = await read(api, 3);
    expect(second).toEqual({ ...progress, id: null });
    expect(queries(api)[1]).toBe('after=1');
  });

  test('is opened again when nothing arrives on it', async () => {
    await using api = await startAnswering([
      'headOnly',
      { stream: frame('1'), finally: 'hold' },
      { stream: frame('2'), finally: 'hold' },
    ]);
    expect(await read(api, 2, { stallTimeoutMs: 200 })).toMatchObject([{ id: '1' }, { id: '2' }]);
  });

  test('is not given up while its reader thinks about an event', async () => {
    await using api = await startAnswering([{ stream: frame('1') + frame('2'), finally: 'hold' }]);
    const ids = [];
    for await (const { id } of clientOf(api).events.stream({ stallTimeoutMs: 50 })) {
      await new Promise((resolve) => setTimeout(resolve, 150));
      if (ids.push(id) === 2) break;
    }
    expect(ids).toEqual(['1', '2']);
    expect(api.requests).toHaveLength(1);
  });

  test.each([
    [410, 'event.cursor_expired'],
    [404, 'event.cursor_unknown'],
    [403, 'auth.token_scope'],
    [401, 'auth.key_invalid'],
  ])('tells of what another try would not change: %s %s', async (status, code) => {
    await using api = await startAnswering([problem(status, code)]);
    await expect(read(api, 1)).rejects.toMatchObject({ name: 'LandfallProblem', status, code });
  });

  test('asks for a new token when the old one has ended, and gives up if that is refused too', async () => {
    await using api = await startAnswering([
      { stream: frame('1'), finally: 'end' },
      problem(401, 'auth.token_expired'),
      { stream: frame('2'), finally: 'end' },
      problem(401, 'auth.token_expired'),
      problem(401, 'auth.token_expired'),
      problem(401, 'auth.token_expired'),
    ]);
    let count = 0;
    const client = new Landfall({ baseUrl: api.url, token: () => `token-${(count += 1)}` });
    const ids: (string | null)[] = [];
    const reading = async () => {
      for await (const { id } of client.events.stream()) ids.push(id);
    };
    await expect(reading()).rejects.toMatchObject({ code: 'auth.token_expired' });
    expect(ids).toEqual(['1', '2']);
    expect(api.requests.map(({ headers }) => headers.authorization?.at(-1))).toEqual([
      '1',
      '2',
      '3',
      '4',
      '5',
    ]);
  });

  test.each([
    ['before', () => AbortSignal.abort(new Error('enough'))],
    ['while it is open', undefined],
  ])('ends with the reason of the signal, %s', async (_, make) => {
    await using api = await startAnswering([{ stream: frame('1'), finally: 'hold' }]);
    const stopping = new AbortController();
    void api.arrived(1).then(() => stopping.abort(new Error('enough')));
    await expect(read(api, 2, { signal: make?.() ?? stopping.signal })).rejects.toThrow('enough');
  });

  test('closes the connection when its reader leaves', async () => {
    await using api = await startAnswering([{ stream: frame('1'), finally: 'hold' }]);
    await read(api, 1);
    await expect(api.closed(1)).resolves.toBeUndefined();
  });
});
