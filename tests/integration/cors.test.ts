import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { developmentSecrets } from '#runtime';
import { type AppProcess, startApp, testDatabase, type TestDatabase } from '#testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium, skippedWithoutChromium } from '../acceptance/fixtures/chromium.fixture.js';
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
  const pages = createServer((_, response) => response.end('<!doctype html>'));
  let pageOrigin = '';
  beforeAll(async () => {
    database = await testDatabase();
    await new Promise<void>((resolve) => pages.listen(0, '127.0.0.1', resolve));
    pageOrigin = `http://127.0.0.1:${(pages.address() as AddressInfo).port}`;
    const env = apiEnv(database.url);
    api = await startApp('api', {
      ...env,
      API_CORS_ORIGINS: `${origin},http://localhost:5173,${pageOrigin}`,
    });
    closed = await startApp('api', env);
  });
  afterAll(async () => {
    await api.end();
    await closed.end();
    pages.closeAllConnections();
    await new Promise((resolve) => pages.close(resolve));
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
    for (const path of ['/callbacks/oss', '/events/oss', '/health/live', '/docs-json', '/v1'])
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

  test.skipIf(skippedWithoutChromium)(
    `a page reads every header that it needs, and may send its conditions${skippedWithoutChromium}`,
    async () => {
      await using browser = await launchChromium();
      const page = await browser.newPage();
      await page.goto(pageOrigin);
      const key = developmentSecrets.apiKey;
      const seen = await page.evaluate(`(async () => {
        const ask = async (method, path, headers = {}, body = undefined) => {
          const answer = await fetch('${api.url}/v1/' + path, {
            method, body, headers: { authorization: 'Bearer ${key}', 'content-type': 'application/json', ...headers } });
          const { code } = answer.status < 400 ? {} : await answer.json();
          return [answer.status, code ?? null, ...['etag', 'idempotency-replayed', 'allow'].map((name) => answer.headers.get(name))];
        };
        const issue = () => ask('POST', 'tickets', { 'idempotency-key': 'one' }, '{"fileName": "a.jpg"}');
        const nobody = 'uploads/00000000-0000-7000-8000-000000000000';
        return [await issue(), await issue(), await ask('GET', 'uploads'),
          await ask('PATCH', nobody, { 'if-match': 'W/"a"' }, '{}'), await ask('DELETE', 'tickets')];
      })()`);
      expect(seen).toEqual([
        [201, null, null, null, null],
        [201, null, null, 'true', null],
        [200, null, expect.stringMatching(/^W\/"/), null, null],
        [404, 'upload.not_found', null, null, null],
        [405, 'request.method_not_allowed', null, null, 'POST'],
      ]);
    },
  );
});
