import { expect, test } from 'vitest';
import { type Answering, startAnswering } from '../answering.fixture.js';
import type { Operation } from './operation.js';
import { Transport } from './transport.js';

type Get = { url: '/v1/things/{id}'; path: { id: string }; query?: { kind?: string } };
type Post = { url: '/v1/things'; body: { name: string } };
const get: Operation<Get, { 200: { name: string } }> = {
  method: 'GET',
  path: '/v1/things/{id}',
  isRepeatable: true,
  takesKey: false,
};
const post: Operation<Post, { 201: { name: string } }> = {
  method: 'POST',
  path: '/v1/things',
  isRepeatable: false,
  takesKey: false,
};
const create = { ...post, takesKey: true };

function transportTo(api: Answering, more: Partial<ConstructorParameters<typeof Transport>[0]> = {}) {
  return new Transport({
    baseUrl: api.url,
    credential: 'a-key',
    fetch,
    timeoutMs: 5_000,
    maxRetries: 3,
    maxRetryAfterMs: 5_000,
    ...more,
  });
}
const problem = (status: number, code: string, headers: Record<string, string> = {}) => ({
  status,
  headers: { 'content-type': 'application/problem+json', ...headers },
  body: JSON.stringify({ code, title: code, detail: code }),
});
const thing = { status: 200, body: '{"name": "a"}' };

test('sends the key, the path, the query and the body, and reads the answer', async () => {
  await using api = await startAnswering([thing, { status: 201, body: '{"name": "b"}' }]);
  const transport = transportTo(api);
  expect(await transport.call(get, { path: { id: 'a b' }, query: { kind: 'x' } })).toEqual({ name: 'a' });
  expect(await transport.call(post, { body: { name: 'b' } })).toEqual({ name: 'b' });
  expect(api.requests).toMatchObject([
    { method: 'GET', url: '/v1/things/a%20b?kind=x', body: '', headers: { authorization: 'Bearer a-key' } },
    {
      method: 'POST',
      url: '/v1/things',
      body: '{"name":"b"}',
      headers: { 'content-type': 'application/json' },
    },
  ]);
});

test('asks for a new token before each request', async () => {
  await using api = await startAnswering([problem(503, 'database.unavailable'), thing]);
  let count = 0;
  const transport = transportTo(api, { credential: () => Promise.resolve(`token-${(count += 1)}`) });
  await transport.call(get, { path: { id: 'a' } });
  expect(api.requests.map(({ headers }) => headers.authorization)).toEqual([
    'Bearer token-1',
    'Bearer token-2',
  ]);
});

test('does not wait for a token longer than for an answer', async () => {
  await using api = await startAnswering([thing]);
  const never = () => new Promise<string>(() => undefined);
  const transport = transportTo(api, { credential: never, timeoutMs: 20, maxRetries: 0 });
  await expect(transport.call(get, { path: { id: 'a' } })).rejects.toThrow('no token within the time limit');
  const leaving = AbortSignal.abort(new Error('left'));
  const patient = transportTo(api, { credential: never });
  await expect(patient.call(get, { path: { id: 'a' } }, { signal: leaving })).rejects.toThrow('left');
  expect(api.requests).toEqual([]);
});

test.each([
  ['429', problem(429, 'rate.limited')],
  ['503', problem(503, 'database.unavailable', { 'retry-after': '0' })],
  ['the page of a proxy', { status: 502, body: '<html>' }],
  ['a connection that breaks', 'break' as const],
  ['an answer that is cut off', { status: 200, body: '{"na' }],
])('tries again after %s', async (_, first) => {
  await using api = await startAnswering([first, thing]);
  expect(await transportTo(api).call(get, { path: { id: 'a' } })).toEqual({ name: 'a' });
  expect(api.requests).toHaveLength(2);
});

test('gives up after the tries it has, with the last problem', async () => {
  await using api = await startAnswering([problem(503, 'one.code'), problem(503, 'two.code'), thing]);
  const call = transportTo(api, { maxRetries: 1 }).call(get, { path: { id: 'a' } });
  await expect(call).rejects.toMatchObject({ name: 'LandfallProblem', code: 'two.code', status: 503 });
  expect(api.requests).toHaveLength(2);
});

test.each([400, 401, 403, 404, 409, 410, 500])('does not try again after %s', async (status) => {
  await using api = await startAnswering([problem(status, 'some.code'), thing]);
  await expect(transportTo(api).call(get, { path: { id: 'a' } })).rejects.toMatchObject({
    status,
    code: 'some.code',
  });
  expect(api.requests).toHaveLength(1);
});

test('does not wait longer than allowed for a server that asks for an hour', async () => {
  await using api = await startAnswering([problem(429, 'rate.limited', { 'retry-after': '3600' }), thing]);
  await expect(transportTo(api).call(get, { path: { id: 'a' } })).rejects.toMatchObject({
    code: 'rate.limited',
    retryAfterMs: 3_600_000,
  });
});

test('repeats a POST only under a key, which is the same for every try', async () => {
  await using api = await startAnswering([
    problem(503, 'x.y'),
    'break',
    // The try that broke is still at work.
    problem(409, 'idempotency.key_in_use'),
    thing,
    problem(503, 'x.y'),
    thing,
  ]);
  const transport = transportTo(api);
  await transport.call(create, { body: { name: 'a' } });
  const keys = api.requests.map(({ headers }) => headers['idempotency-key']);
  expect(new Set(keys).size).toBe(1);
  expect(keys[0]).toMatch(/^[\da-f-]{36}$/);
  await expect(transport.call(post, { body: { name: 'a' } })).rejects.toMatchObject({ status: 503 });
  await transport.call(create, { body: { name: 'a' } }, { idempotencyKey: 'mine' });
  expect(api.requests.at(-1)?.headers['idempotency-key']).toBe('mine');
});

test('says that nobody answers', async () => {
  await using api = await startAnswering([]);
  const { url } = api;
  await api[Symbol.asyncDispose]();
  const call = transportTo({ ...api, url }, { maxRetries: 0 }).call(get, { path: { id: 'a' } });
  await expect(call).rejects.toMatchObject({ name: 'LandfallUnreachable', cause: expect.any(Error) });
});

test.each(['silent', 'headOnly'] as const)('a server that is %s is given up in time', async (manner) => {
  await using api = await startAnswering([manner]);
  const call = transportTo(api, { timeoutMs: 100, maxRetries: 0 }).call(get, { path: { id: 'a' } });
  await expect(call).rejects.toMatchObject({ name: 'LandfallUnreachable' });
});

test('is not sent elsewhere with its key', async () => {
  await using other = await startAnswering([thing]);
  await using api = await startAnswering([
    { status: 307, headers: { location: `${other.url}/v1` }, body: '' },
  ]);
  const call = transportTo(api, { maxRetries: 0 }).call(get, { path: { id: 'a' } });
  await expect(call).rejects.toMatchObject({ name: 'LandfallUnreachable' });
  expect(other.requests).toEqual([]);
});

test.each(['before', 'while it waits for an answer', 'while it waits to try again'])(
  'ends with the reason of the signal, %s',
  async (moment) => {
    await using api = await startAnswering(
      moment.endsWith('again') ? [problem(503, 'x.y', { 'retry-after': '4' }), thing] : ['silent', thing],
    );
    const stopping = new AbortController();
    const reason = new Error('enough');
    if (moment === 'before') stopping.abort(reason);
    const call = transportTo(api).call(get, { path: { id: 'a' } }, { signal: stopping.signal });
    if (moment !== 'before') void api.arrived(1).then(() => stopping.abort(reason));
    await expect(call).rejects.toBe(reason);
    expect(api.requests.length).toBe(moment === 'before' ? 0 : 1);
  },
);
