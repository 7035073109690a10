import { readFile } from 'node:fs/promises';
import { createLogger, developmentSecrets } from '#runtime';
import { type AppProcess, startApp, testDatabase, type TestDatabase } from '#testing';
import { type Landing, UploadRegistry } from '#uploads';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { apiEnv } from './api-env.fixture.js';

const { chromiumPath } = inject('services');
const withoutChromium = chromiumPath
  ? ''
  : ' (skipped: there is no Chromium; `npm test` installs it where it may)';
const registrySettings = { batchMax: 100, waitingMax: 1_000, commitTimeoutMs: 5_000, sweepAfterMs: 60_000 };
const authorization = `Bearer ${developmentSecrets.apiKey}`;

describe('what an answer says beside its body', () => {
  let database: TestDatabase;
  let api: AppProcess;
  let id = '';

  beforeAll(async () => {
    database = await testDatabase();
    const registry = new UploadRegistry(database.pool, registrySettings, createLogger('test', 'silent'));
    const landing: Landing = {
      bucket: 'landfall',
      objectKey: 'a.jpg',
      etag: 'D41D8CD98F00B204E9800998ECF8427E',
      sizeBytes: 1,
      mimeType: null,
      imageInfo: null,
      vars: { url: 'https://example.com/1' },
      claimedVars: null,
      source: 'callback',
      proof: 'url',
      ticketId: null,
      requestId: null,
    };
    ({ id } = await registry.register(landing));
    await registry.close();
    const settings = { API_PUBLIC_URL: 'https://media.example.com', API_DOCS: 'true' };
    api = await startApp('api', { ...apiEnv(database.url), ...settings });
  });
  afterAll(async () => {
    await api.end();
    await database[Symbol.asyncDispose]();
  });

  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(`${api.url}${path}`, { headers: { authorization, ...headers } });
  /** Makes the upload ready, with one rendition that is. */
  const makeReady = async () => {
    await database.source.query(`UPDATE uploads SET status = 'ready', kind = 'image' WHERE id = $1`, [id]);
    await database.source.query(
      `INSERT INTO rendition_versions (id, upload_id, name, kind, position, spec, spec_hash, job, status, object_key)
       VALUES ($1, $1, 'thumb', 'image', 0, '{}', 'hash', 'process', 'ready', 'renditions/thumb.webp')`,
      [id],
    );
  };

  test.each(['/v1/uploads', '/v1/uploads?fields=status', '/v1/uploads/:id'])(
    '%s is answered 304 until something changes',
    async (place) => {
      const path = place.replace(':id', id);
      const first = await get(path);
      const tag = first.headers.get('etag') ?? '';
      expect(tag).toMatch(/^W\/"[\w-]{27}(?:\.\w+)?"$/);
      expect(first.headers.get('cache-control')).toBe('private, no-cache');
      for (const held of [tag, tag.slice(2), `"other", ${tag}`, '*']) {
        const again = await get(path, { 'if-none-match': held });
        expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([304, '', tag]);
        expect(again.headers.get('cache-control')).toBe('private, no-cache');
      }
      await database.source.query(`UPDATE uploads SET status = 'processing' WHERE id = $1`, [id]);
      const changed = await get(path, { 'if-none-match': tag });
      expect([changed.status, changed.headers.get('etag') === tag]).toEqual([200, false]);
      await database.source.query(`UPDATE uploads SET status = 'stored' WHERE id = $1`, [id]);
    },
  );

  test.each(['', 'nonsense', '"', 'W/', '"wrong"', `W/"${'x'.repeat(4_000)}"`, ',,,'])(
    'If-None-Match: %s is answered in full',
    async (held) => {
      expect((await get(`/v1/uploads/${id}`, { 'if-none-match': held })).status).toBe(200);
    },
  );

  test('a problem is not found unchanged', async () => {
    const unknown = '/v1/uploads/00000000-0000-7000-8000-000000000000';
    const answer = await get(unknown, { 'if-none-match': '*' });
    expect([answer.status, answer.headers.get('etag'), answer.headers.get('cache-control')]).toEqual([
      404,
      null,
      'no-store',
    ]);
  });

  test('what vars say of a URL is content, and another signature of a URL is none', async () => {
    await makeReady();
    const first = await get(`/v1/uploads/${id}`);
    const tag = first.headers.get('etag') ?? '';
    expect((await get(`/v1/uploads/${id}`, { 'if-none-match': tag })).status).toBe(304);
    await database.source.query(
      `UPDATE uploads SET vars = '{"url": "https://example.com/2"}' WHERE id = $1`,
      [id],
    );
    expect((await get(`/v1/uploads/${id}`, { 'if-none-match': tag })).status).toBe(200);
  });

  test.each([
    ['/v1/uploads', 200, 'private, no-cache'],
    ['/v1/tickets/00000000-0000-7000-8000-000000000000', 404, 'no-store'],
    ['/health/live', 200, 'no-store'],
    ['/v1/queues', 200, 'no-store'],
    ['/metrics', 404, 'no-store'],
    ['/nothing', 404, 'no-store'],
    ['/%', 400, 'no-store'],
    ['/callbacks/oss', 405, 'no-store'],
    ['/docs', 200, 'no-cache'],
    ['/docs-json', 200, 'no-cache'],
  ])('%s is not taken for another type, framed, or cached by others', async (path, status, cacheControl) => {
    const { status: seen, headers } = await get(path);
    expect(seen).toBe(status);
    expect(Object.fromEntries(headers)).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'x-frame-options': 'DENY',
      'cache-control': cacheControl,
      'content-security-policy': expect.stringContaining("frame-ancestors 'none'"),
    });
    expect(headers.get('strict-transport-security')).toBe('max-age=31536000');
    for (const name of ['server', 'x-powered-by']) expect(headers.get(name)).toBeNull();
  });

  test.each([
    ['PUT', '/v1/uploads/:id', 'DELETE, GET, HEAD, PATCH'],
    ['DELETE', '/v1/uploads', 'GET, HEAD'],
    ['GET', '/v1/uploads/:id/cancel', 'POST'],
    ['OPTIONS', '/v1/uploads/not-a-uuid', 'DELETE, GET, HEAD, PATCH'],
    ['POST', '/v1/webhooks/a/deliveries/b', 'GET, HEAD'],
    ['POST', '/v1/streams/a/b/c/d.m3u8', 'GET, HEAD'],
    ['PATCH', '/callbacks/oss/secret', 'POST'],
  ])('%s %s is told which methods there are', async (method, place, allow) => {
    const answer = await fetch(`${api.url}${place.replace(':id', id)}`, {
      method,
      headers: { authorization },
    });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, allow]);
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(await answer.json()).toMatchObject({ code: 'request.method_not_allowed' });
  });

  test.each(['/v1/uploads/a/b', '/v1', '/v1/uploads/', '/v1/streams', '/callbacks', '/*'])(
    'nothing is at %s for any method',
    async (path) => {
      for (const method of ['GET', 'PATCH']) {
        const answer = await fetch(`${api.url}${path}`, { method, headers: { authorization } });
        expect([path, method, answer.status, answer.headers.get('allow')]).toEqual([path, method, 404, null]);
      }
    },
  );

  test('a file that the page of the document lacks is not found, and its address is for reading', async () => {
    expect((await get('/docs/static/nothing.js')).status).toBe(404);
    const posted = await fetch(`${api.url}/docs/static/nothing.js`, { method: 'POST' });
    expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  test.each(['/%', '/v1/uploads/%ff', '/v1/uploads/%zz', '/callbacks/oss/%'])(
    '%s cannot be decoded, and is a problem like any other',
    async (path) => {
      const answer = await get(path);
      expect([answer.status, answer.headers.get('cache-control')]).toEqual([400, 'no-store']);
      expect(await answer.json()).toMatchObject({ code: 'request.invalid', status: 400 });
    },
  );

  test('the document at /docs-json is docs/openapi.json', async () => {
    expect(await (await get('/docs-json')).json()).toEqual(
      JSON.parse(await readFile('docs/openapi.json', 'utf8')),
    );
  });

  test.skipIf(withoutChromium)(
    `the page of the document works within its own policy${withoutChromium}`,
    async () => {
      const browser = await chromium.launch({
        executablePath: chromiumPath ?? '',
        args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
      });
      try {
        const page = await browser.newPage();
        const complaints: string[] = [];
        page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
        page.on('pageerror', (error) => complaints.push(error.message));
        await page.goto(`${api.url}/docs`);
        await page
          .getByRole('button', { name: /get.*\/v1\/uploads$/i })
          .first()
          .click();
        await page.getByText('near duplicates of this upload').first().waitFor();
        await page
          .getByRole('button', { name: /get.*\/health\/live/i })
          .first()
          .click();
        await page.getByRole('button', { name: 'Try it out' }).last().click();
        await page.getByRole('button', { name: 'Execute' }).click();
        await page.getByText('"status": "ok"').last().waitFor();
        expect(complaints).toEqual([]);
      } finally {
        await browser.close();
      }
    },
  );
});
