import { describe, expect, test } from 'vitest';
import type { EventEntry } from '../events/model/event-journal.js';
import { encodeCallback, useReceiver } from '../fixtures/callback-receiver.fixture.js';
import { bucket, credentials, useEmulator } from '../fixtures/emulator.fixture.js';
import { setFaults, setRules, untilSettled } from '../fixtures/events.fixture.js';
import { elementOf, sendRaw, sendSigned } from '../fixtures/requests.fixture.js';

const emulator = useEmulator({ buckets: [bucket, 'another-bucket'] });
const receiver = useReceiver();

const read = (target: string, headers: Record<string, string> = {}) =>
  sendRaw(emulator.url, { target, headers });
const page = async (target: string) => (await read(target, { accept: 'text/html,*/*' })).text;
const json = async <T>(target: string) => JSON.parse((await read(target)).text) as T;
const put = (key: string, headers: Record<string, string> = {}) =>
  sendSigned(emulator.url, { method: 'PUT', key, body: 'hello', headers });
const callback = (callbackUrl: string) => ({
  'x-oss-callback': encodeCallback({ callbackUrl, callbackBody: 'bucket=${bucket}&object=${object}' }),
});

describe('the pages', () => {
  test.each([
    '/-/',
    '/-',
    '/-/buckets',
    '/-/callbacks',
    '/-/events',
    '/-/events/rules',
    '/-/faults',
    `/-/objects?bucket=${bucket}`,
  ])('%s is whole, and brings no rights with it', async (target) => {
    const { status, text, headers } = await read(target, { accept: 'text/html' });
    expect(status).toBe(200);
    expect(text).toMatch(/^<!doctype html>[^]*<h1>[^]*<\/html>\s*$/);
    expect(text).not.toMatch(/<script(?! src="\/-\/script.js")|<style|\son\w+=|\sstyle=/);
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': expect.stringContaining("default-src 'none'; script-src 'self'"),
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    });
  });

  test('bring their own style and script', async () => {
    expect((await read('/-/style.css')).headers['content-type']).toBe('text/css; charset=utf-8');
    expect((await read('/-/script.js')).headers['content-type']).toBe('text/javascript; charset=utf-8');
  });

  test('list buckets page by page', async () => {
    expect(await json('/-/buckets?limit=1')).toMatchObject({
      items: [{ name: 'another-bucket' }],
      next: 'another-bucket',
    });
    expect(await json('/-/buckets?after=another-bucket')).toMatchObject({
      items: [{ name: bucket }],
      next: null,
    });
    expect(await page('/-/')).toContain(`<a href="/-/objects?bucket=${bucket}">${bucket}</a>`);
  });

  test('list objects page by page, below a prefix', async () => {
    for (const key of ['photos/a.png', 'photos/b/c.png', 'photos/d.txt'])
      await put(key, { 'content-type': 'image/png' });
    const base = `/-/objects?bucket=${bucket}&prefix=photos/`;
    type Listed = { items: { key: string; url: string }[]; prefixes: string[]; next: string | null };
    const first = await json<Listed>(`${base}&limit=2`);
    expect(first).toMatchObject({
      items: [{ key: 'photos/a.png' }],
      prefixes: ['photos/b/'],
      next: 'photos/b/',
    });
    const second = await json<Listed>(`${base}&limit=2&after=${first.next}`);
    expect(second).toMatchObject({ items: [{ key: 'photos/d.txt' }], prefixes: [], next: null });
    expect((await read(first.items[0]?.url ?? '')).text).toBe('hello');
    const all = await json<Listed>(`${base}&delimiter=`);
    expect(all.items.map(({ key }) => key)).toEqual(['photos/a.png', 'photos/b/c.png', 'photos/d.txt']);
    expect((await page(base)).match(/<img src="[^"]*" alt="" loading="lazy"/g)).toHaveLength(2);
  });

  test.each([
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>.png',
    "' onmouseover='alert(1)",
    'safe\u202egnp.exe',
    '\u2067\u200f\u0007hidden\u2028',
    'a&b?c=d#e%2F+f/中文 😀',
    'x'.repeat(1_000),
  ])('escape the key %s, and its link works', async (key) => {
    receiver.answer = (response) =>
      response.writeHead(403, { 'content-length': 31 }).end('<script>alert("answer")</script>');
    await put(key, { 'content-type': 'image/png', ...callback(receiver.url) });
    const query = new URLSearchParams({ bucket, prefix: key, delimiter: '' }).toString();
    const { items } = await json<{ items: { key: string; url: string }[] }>(`/-/objects?${query}`);
    expect(items.map((item) => item.key)).toContain(key);
    const shown = `${await page(`/-/objects?${query}`)}${await page(`/-/callbacks?${new URLSearchParams({ key }).toString()}`)}`;
    expect(shown).not.toMatch(/<script(?! src="\/-\/script.js")|<img (?!src="\/examplebucket\/)|\son\w+='/);
    expect(shown).not.toMatch(/(?![\n\r\t])[\p{Cc}\p{Bidi_Control}\p{Zl}]/u);
    const [, link = ''] = /<a href="(\/examplebucket\/[^"]*)" download>/.exec(shown) ?? [];
    expect((await read(link.replaceAll('&#38;', '&'))).text).toBe('hello');
  });

  test('explain a callback that was refused, and show what went and came', async () => {
    receiver.answer = (response) =>
      response.writeHead(401, { 'content-length': 9 }).end('go away ☺'.slice(0, 9));
    await put('refused', callback(`${receiver.url}/cb?a=%20b`));
    const { items } = await json<{ items: { number: number }[] }>('/-/callbacks?key=refused');
    const explanation = await json(`/-/callbacks/${items[0]?.number}/explanation`);
    expect(explanation).toMatchObject({
      holds: true,
      steps: expect.arrayContaining([expect.objectContaining({ title: 'string to sign' })]),
    });
    const text = await page('/-/callbacks?key=refused');
    for (const part of [
      'Error status : 401.',
      'uploader got 203',
      'POST /cb?a=%20b HTTP/1.1',
      'HTTP/1.1 401',
      'The signature is valid',
      'string to sign',
    ])
      expect(text).toContain(part);
  });

  test('show callbacks page by page', async () => {
    for (const key of ['1', '2', '3']) await put(`paged/${key}`, callback(receiver.url));
    type Listed = { items: { number: number; objectKey: string }[]; next: number | null };
    const first = await json<Listed>('/-/callbacks?limit=2');
    expect(first.items.map(({ objectKey }) => objectKey)).toEqual(['paged/3', 'paged/2']);
    const second = await json<Listed>(`/-/callbacks?limit=1&before=${first.next}`);
    expect(second.items.map(({ objectKey }) => objectKey)).toEqual(['paged/1']);
    expect(await page('/-/callbacks?limit=2')).toContain(`/-/callbacks?limit=2&#38;before=${first.next}`);
  });

  test('show events, what went and came, and their rules', async () => {
    const rule = { target: 'smq', url: `${receiver.url}/ev?a=%20b`, events: ['ObjectCreated:*'] };
    await setRules(emulator, { ...rule, prefix: '</textarea><script>alert(1)</script>' });
    expect(await page('/-/events/rules')).not.toMatch(/<script(?! src="\/-\/script.js")/);
    await setRules(emulator, rule);
    await setFaults(emulator, { fault: 'event.duplicate' });
    receiver.answer = (response) => response.writeHead(503, { 'content-length': 6 }).end('<busy>');
    await put('events/<b>1');
    await receiver.until(2);
    await setFaults(emulator);
    receiver.answer = (response) => response.writeHead(204).end();
    await untilSettled(emulator);
    for (const key of ['events/2', 'events/3']) await put(key);
    await untilSettled(emulator);
    const first = await json<{ items: EventEntry[]; next: number }>('/-/events?limit=2');
    expect(first.items.map(({ objectKey }) => objectKey)).toEqual(['events/3', 'events/2']);
    const text = await page(`/-/events?before=${first.next}&limit=1`);
    for (const part of [
      'events/&#60;b&#62;1',
      'event.duplicate',
      'delivered',
      '&#34;deltaSize&#34;: 5',
      'POST /ev?a=%20b HTTP/1.1',
      'HTTP/1.1 204',
    ])
      expect(text).toContain(part);
    await setRules(emulator);
  });

  test('show no secret', async () => {
    for (const target of ['/-/', '/-/callbacks', '/-/events', '/-/faults', `/-/objects?bucket=${bucket}`])
      expect(await page(target)).not.toContain(credentials.accessKeySecret);
  });

  test.each([
    ['/-/objects?bucket=none-such', 404, 'NoSuchBucket'],
    ['/-/objects', 400, 'InvalidBucketName'],
    [`/-/objects?bucket=${bucket}&limit=1001`, 400, 'InvalidArgument'],
    ['/-/buckets?limit=0', 400, 'InvalidArgument'],
    ['/-/objects/', 404, 'NoSuchPage'],
    ['/-/%2e%2e/', 404, 'NoSuchPage'],
  ])('refuse %s', async (target, status, code) => {
    const answer = await read(target);
    expect([answer.status, elementOf(answer.text, 'Code')]).toEqual([status, code]);
  });
});

describe('a web page of another origin', () => {
  const send = (headers: Record<string, string>, method = 'PUT') =>
    sendRaw(emulator.url, {
      method,
      target: '/-/faults',
      body: '{}',
      headers: { 'content-length': '2', 'content-type': 'application/json', ...headers },
    });

  test('may not switch faults, and the page itself and programs may', async () => {
    const { host } = new URL(emulator.url);
    const status = async (headers: Record<string, string>) => (await send({ host, ...headers })).status;
    expect(await status({})).toBe(200);
    expect(await status({ origin: emulator.url, 'sec-fetch-site': 'same-origin' })).toBe(200);
    expect(await status({ origin: 'https://a.example', 'sec-fetch-site': 'cross-site' })).toBe(403);
    expect(await status({ origin: 'http://localhost:1' })).toBe(403);
    expect(await status({ origin: 'null' })).toBe(403);
    expect(await status({ 'sec-fetch-site': 'same-site' })).toBe(403);
    // What a form can send without asking.
    expect(await status({ 'content-type': 'text/plain' })).toBe(415);
  });

  test('is not told that it may', async () => {
    const asked = { origin: 'https://a.example', 'access-control-request-method': 'PUT' };
    const { status, headers } = await send(asked, 'OPTIONS');
    expect([status, headers['access-control-allow-origin']]).toEqual([403, undefined]);
  });

  test.each([
    ['evil.example', 403],
    ['evil.example:9000', 403],
    ['localhost.evil.example', 403],
    ['localhost:9000', 200],
    ['emulator:9000', 200],
    ['127.0.0.1:9000', 200],
    ['[::1]:9000', 200],
  ])('that calls this machine %s reads: %s', async (host, status) => {
    for (const target of ['/-/', '/-/callbacks', '/-/faults'])
      expect((await read(target, { host })).status).toBe(status);
  });
});
