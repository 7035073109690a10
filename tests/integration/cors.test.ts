import { type AppProcess, startApp, testDatabase, type TestDatabase } from '#testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { apiEnv } from './api-env.fixture.js';

const origin = 'https://app.example.com';
const others = [
  'https://app.example.com.evil.example',
  'http://app.example.com',
  'https://app.example.com:8443',
  'https://APP.example.com',
  'null',
];

describe('pages of other origins', () => {
  let database: TestDatabase;
  let api: AppProcess;
  let closed: AppProcess;
  beforeAll(async () => {
    database = await testDatabase();
    const env = apiEnv(database.url);
    api = await startApp('api', { ...env, API_CORS_ORIGINS: `${origin},http://localhost:5173` });
    closed = await startApp('api', env);
  });
  afterAll(async () => {
    await api.end();
    await closed.end();
    await database[Symbol.asyncDispose]();
  });

  const allowsOf = ({ headers }: Response) =>
    Object.fromEntries([...headers].filter(([name]) => name.startsWith('access-control-')));
  const preflight = (path: string, from: string, url = api.url) =>
    fetch(`${url}${path}`, {
      method: 'OPTIONS',
      headers: {
        origin: from,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      },
    });

  test.each([
    '/v1/tickets',
    '/v1/uploads',
    '/v1/uploads/17',
    '/v1/events',
    '/v1/events/stream',
    '/v1/tokens',
  ])('that are allowed may use %s', async (path) => {
    for (const from of [origin, 'http://localhost:5173']) {
      const answer = await preflight(path, from);
      expect([answer.status, answer.headers.get('vary')]).toEqual([204, 'Origin']);
      expect(allowsOf(answer)).toEqual({
        'access-control-allow-origin': from,
        'access-control-allow-methods': 'GET, POST, PATCH, DELETE',
        'access-control-allow-headers': expect.stringMatching(/authorization.*content-type.*last-event-id/),
        'access-control-max-age': '7200',
      });
    }
    // A problem too is for the page to read.
    const problem = await fetch(`${api.url}${path}`, { headers: { origin } });
    expect(problem.status).toBeGreaterThanOrEqual(400);
    expect(allowsOf(problem)).toEqual({
      'access-control-allow-origin': origin,
      'access-control-expose-headers': 'allow, etag, idempotency-replayed, location, retry-after',
    });
    expect(problem.headers.get('vary')).toBe('Origin');
  });

  test.each(others)('such as %s may not', async (from) => {
    const answer = await preflight('/v1/events/stream', from);
    expect([answer.ok, allowsOf(answer)]).toEqual([false, {}]);
    const read = await fetch(`${api.url}/v1/events`, { headers: { origin: from } });
    expect([allowsOf(read), read.headers.get('vary')]).toEqual([{}, 'Origin']);
  });

  test('an answer to no page varies by origin too', async () => {
    const answer = await fetch(`${api.url}/v1/uploads`);
    expect([allowsOf(answer), answer.headers.get('vary')]).toEqual([{}, 'Origin']);
  });

  test('nothing but /v1 is for pages, and the keys of streams are for all as before', async () => {
    for (const path of ['/callbacks/oss', '/events/oss', '/metrics', '/health/live', '/docs-json', '/v1'])
      expect(allowsOf(await fetch(`${api.url}${path}`, { headers: { origin } }))).toEqual({});
    const key = await preflight('/v1/streams/019bbd8e-7b00-7000-8000-000000000001/a/key', others[0] ?? '');
    expect(allowsOf(key)).toMatchObject({ 'access-control-allow-origin': '*' });
  });

  test('without the setting none may', async () => {
    const answer = await preflight('/v1/tickets', origin, closed.url);
    expect([answer.ok, allowsOf(answer)]).toEqual([false, {}]);
    const read = await fetch(`${closed.url}/v1/uploads`, { headers: { origin } });
    expect([allowsOf(read), read.headers.get('vary')]).toEqual([{}, null]);
  });
});
