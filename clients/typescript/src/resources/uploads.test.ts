import { describe, expect, test } from 'vitest';
import { type Answering, type Manner, startAnswering } from '../answering.fixture.js';
import { Landfall } from '../landfall.js';

const id = '019bbd8e-7b00-7000-8000-000000000001';
const path = `/v1/uploads/${id}`;
const stream = '/v1/events/stream';
const upload = (status: string, error: unknown = null, headers: Record<string, string> = {}): Manner => ({
  status: 200,
  headers,
  body: JSON.stringify({ id, status, error }),
});
const problem = (status: number, code: string): Manner => ({
  status,
  headers: { 'content-type': 'application/problem+json' },
  body: JSON.stringify({ code, title: code, detail: code }),
});
const news = { stream: `id: 1\ndata: {"id": "1", "type": "upload.ready"}\n\n`, finally: 'hold' as const };
const quiet = { stream: ': beat\n\n', finally: 'hold' as const };
const clientOf = (api: Answering) => new Landfall({ baseUrl: api.url, apiKey: 'a-key' });

test('list asks for one page after the other', async () => {
  const page = (ids: string[], nextCursor: string | null): Manner => ({
    status: 200,
    body: JSON.stringify({ items: ids.map((one) => ({ id: one })), nextCursor }),
  });
  await using api = await startAnswering([page(['a', 'b'], 'c1'), page([], 'c2'), page(['c'], null)]);
  const ids = [];
  for await (const one of clientOf(api).uploads.list({ kind: 'image', vars: { user_id: '42' } }))
    ids.push(one.id);
  expect(ids).toEqual(['a', 'b', 'c']);
  expect(api.requests.map(({ url }) => url)).toEqual([
    '/v1/uploads?kind=image&var.user_id=42',
    '/v1/uploads?kind=image&var.user_id=42&cursor=c1',
    '/v1/uploads?kind=image&var.user_id=42&cursor=c2',
  ]);
});

describe('ifMatch', () => {
  const tagged = upload('stored', null, { etag: 'W/"a.1"' });

  test('changes what is as it was read', async () => {
    await using api = await startAnswering([tagged, upload('stored'), upload('deleted')]);
    const { uploads } = clientOf(api);
    const read = await uploads.getWithTag(id);
    expect(read).toEqual({ upload: { id, status: 'stored', error: null }, tag: 'W/"a.1"' });
    await uploads.update(id, { title: 'T' }, { ifMatch: read.tag });
    await uploads.delete(id, { ifMatch: read.tag });
    expect(api.requests.map(({ method, headers }) => [method, headers['if-match']])).toEqual([
      ['GET', undefined],
      ['PATCH', 'W/"a.1"'],
      ['DELETE', 'W/"a.1"'],
    ]);
  });

  test.each<[string, Manner, object]>([
    ['changed', problem(412, 'upload.changed'), { code: 'upload.changed', status: 412 }],
    ['cannot be reached', problem(503, 'database.unavailable'), { code: 'database.unavailable' }],
    ['breaks', 'break', { name: 'LandfallUnreachable' }],
  ])('what %s is not tried again', async (_, manner, error) => {
    await using api = await startAnswering([manner, upload('stored')]);
    const change = clientOf(api).uploads.update(id, { title: 'T' }, { ifMatch: 'W/"a"' });
    await expect(change).rejects.toMatchObject(error);
    expect(api.requests).toHaveLength(1);
  });
});

describe('waitUntilReady', () => {
  test('returns at once what is ready', async () => {
    await using api = await startAnswering({ [path]: [upload('ready')], [stream]: [quiet] });
    expect(await clientOf(api).uploads.waitUntilReady(id)).toMatchObject({ id, status: 'ready' });
  });

  test('is woken by an event', async () => {
    await using api = await startAnswering({
      [path]: [upload('processing'), upload('ready')],
      [stream]: [news],
    });
    expect(await clientOf(api).uploads.waitUntilReady(id)).toMatchObject({ status: 'ready' });
    expect(api.requests.find(({ url }) => url.startsWith(stream))?.url).toBe(`${stream}?uploadId=${id}`);
  });

  test.each<[string, Manner]>([
    ['are forbidden', problem(403, 'auth.token_scope')],
    ['are not served', problem(404, 'request.not_found')],
    ['are full', problem(503, 'live.streams_full')],
    ['say nothing', quiet],
    ['are not JSON', { stream: 'data: {\n\n', finally: 'hold' }],
    ['break', 'break'],
  ])('asks again and again where events %s', async (_, manner) => {
    await using api = await startAnswering({
      [path]: [upload('stored'), upload('processing'), upload('ready')],
      [stream]: [manner],
    });
    expect(await clientOf(api).uploads.waitUntilReady(id)).toMatchObject({ status: 'ready' });
  });

  test.each(['failed', 'ignored', 'deleted'])('says that an upload is %s', async (status) => {
    const error = status === 'failed' ? { code: 'media.corrupt', message: 'cut off' } : null;
    await using api = await startAnswering({ [path]: [upload(status, error)], [stream]: [quiet] });
    await expect(clientOf(api).uploads.waitUntilReady(id)).rejects.toMatchObject({
      name: 'UploadNotReady',
      upload: { id, status },
      message: `upload ${id} is ${status}${error ? ': cut off (media.corrupt)' : ''}`,
    });
  });

  test('hands on that there is no such upload', async () => {
    await using api = await startAnswering({ [path]: [problem(404, 'upload.not_found')], [stream]: [quiet] });
    await expect(clientOf(api).uploads.waitUntilReady(id)).rejects.toMatchObject({
      code: 'upload.not_found',
    });
  });

  test('ends when its time is over, or the caller says so, and leaves no stream open', async () => {
    await using api = await startAnswering({ [path]: [upload('processing')], [stream]: [quiet] });
    const { uploads } = clientOf(api);
    await expect(uploads.waitUntilReady(id, { timeoutMs: 300 })).rejects.toMatchObject({
      name: 'TimeoutError',
    });
    const stopping = new AbortController();
    const waiting = uploads.waitUntilReady(id, { signal: stopping.signal });
    stopping.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    await api.idle();
  });
});
