import { createPublicKey } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { readCapturedCallback } from '#explain';
import { verifyCallbackSignature } from '#oss';
import type { JournalEntry } from './journal.js';
import { encodeCallback, useReceiver } from '../fixtures/callback-receiver.fixture.js';
import { credentials, useEmulator } from '../fixtures/emulator.fixture.js';
import { elementOf, sendRaw, sendSigned } from '../fixtures/requests.fixture.js';

const emulator = useEmulator({ callbackTimeoutMs: 2_000 });
const receiver = useReceiver();

const read = (target: string, headers: Record<string, string> = {}) =>
  sendRaw(emulator.url, { target, headers });
async function list(search = ''): Promise<JournalEntry[]> {
  const { text } = await read(`/-/callbacks${search}`);
  return (JSON.parse(text) as { items: JournalEntry[] }).items;
}
const put = (key: string, callbackUrl = `${receiver.url}/cb?a=%20b`, callbackBody = 'key=${object}') =>
  sendSigned(emulator.url, {
    method: 'PUT',
    key,
    body: 'hello',
    headers: { 'x-oss-callback': encodeCallback({ callbackUrl, callbackBody }) },
  });

describe('the journal of callbacks', () => {
  test('tells request, answer and what the uploader got', async () => {
    receiver.answer = (response) => {
      const headers = { 'content-length': 2, 'content-type': 'text/x', 'set-cookie': 'session=1' };
      response.writeHead(200, headers).end('{}');
    };
    const answer = await put('目录/a.txt');
    const [entry] = await list();
    expect(entry).toMatchObject({
      number: expect.any(Number),
      startedAt: expect.stringMatching(/^\d{4}-.*Z$/),
      durationMs: expect.any(Number),
      objectKey: '目录/a.txt',
      operation: 'PutObject',
      requestId: answer.headers['x-oss-request-id'],
      url: `${receiver.url}/cb?a=%20b`,
      request: {
        method: 'POST',
        target: '/cb?a=%20b',
        body: 'key=%E7%9B%AE%E5%BD%95%2Fa.txt',
        bodyIsCut: false,
        headers: { 'x-oss-tag': 'CALLBACK', 'x-oss-request-id': answer.headers['x-oss-request-id'] },
      },
      answer: {
        status: 200,
        headers: { 'content-length': '2', 'content-type': 'text/x' },
        body: '{}',
        bodyIsCut: false,
      },
      failure: null,
      faults: [],
      uploaderGot: { status: 200, message: null },
    });
    expect(entry?.answer?.headers).not.toHaveProperty('set-cookie');
  });

  test('has every URL that was tried, newest first', async () => {
    receiver.answer = (response) => response.writeHead(403, { 'content-length': 4 }).end('why?');
    await put('twice', `http://127.0.0.1:1/;${receiver.url}/2`);
    const entries = await list('?key=twice');
    expect(entries.map(({ url, answer, failure }) => [url, answer?.body, failure])).toEqual([
      [`${receiver.url}/2`, 'why?', 'Error status : 403.'],
      ['http://127.0.0.1:1/', undefined, expect.stringContaining('ECONNREFUSED')],
    ]);
    for (const { uploaderGot } of entries)
      expect(uploaderGot).toEqual({ status: 203, message: 'Error status : 403.' });
    expect((await list('?key=twice&limit=1')).map(({ url }) => url)).toEqual([`${receiver.url}/2`]);
    expect(await list('?key=never')).toEqual([]);
  });

  test('tells what came of an answer that stopped', async () => {
    receiver.answer = (response) => response.writeHead(200, { 'content-length': 9 }).write('{');
    await put('slow');
    receiver.answer = (response) => response.writeHead(500, { 'content-length': 9 }).write('half');
    await put('half');
    const [half, slow] = await list('?limit=2');
    expect([half?.failure, half?.answer?.body]).toEqual(['Error status : 500.', 'half']);
    expect([slow?.failure, slow?.answer?.status]).toEqual([expect.stringContaining('reply timeout'), 200]);
  });

  test('gives a call as raw HTTP, whose signature holds', async () => {
    await put('raw ü');
    const [entry] = await list();
    const raw = await read(`/-/callbacks/${entry?.number}/request`);
    expect(raw.headers['content-type']).toBe('text/plain; charset=utf-8');
    const key = createPublicKey((await read('/callback_pub_key_v1.pem')).text);
    for (const content of [raw.body, Buffer.from(JSON.stringify(entry))]) {
      const { rawTarget, headers, body } = readCapturedCallback(content);
      const authorization = headers['authorization'] ?? '';
      expect(verifyCallbackSignature({ rawTarget, body, authorization, key })).toBe(true);
    }
  });

  test('shows no credentials, and no other origin anything', async () => {
    await put('secret');
    const page = await read('/-/callbacks', { origin: 'https://a.example' });
    expect(page.text).not.toContain(credentials.accessKeyId);
    expect(page.text).not.toContain(credentials.accessKeySecret);
    expect(page.headers).not.toHaveProperty('access-control-allow-origin');
  });

  test('cuts long bodies', async () => {
    receiver.answer = (response) => {
      const body = JSON.stringify('x'.repeat(100_000));
      response.writeHead(200, { 'content-length': body.length }).end(body);
    };
    expect((await put('long')).text).toHaveLength(100_002);
    await put('k'.repeat(900), undefined, 'a=${object}'.repeat(100));
    const [request, answer] = await list('?limit=2');
    expect([request?.request.bodyIsCut, request?.request.body.length]).toEqual([true, 65_536]);
    expect([answer?.answer?.bodyIsCut, answer?.answer?.body.length]).toEqual([true, 16_384]);
  });

  test('keeps the last thousand', async () => {
    const urls = Array.from({ length: 5 }, () => 'http://127.0.0.1:1/').join(';');
    for (let uploads = 0; uploads < 201; uploads += 1) await put(`many/${uploads}`, urls);
    const numbers = (await list('?limit=1000')).map(({ number }) => number);
    expect(numbers).toHaveLength(1000);
    expect(numbers).toEqual(numbers.toSorted((left, right) => right - left));
    expect(await list('?key=many/0')).toEqual([]);
  });

  test.each([
    ['/-/callbacks?limit=0', 400, 'InvalidArgument'],
    ['/-/callbacks?limit=1001', 400, 'InvalidArgument'],
    ['/-/callbacks?limit=all', 400, 'InvalidArgument'],
    ['/-/callbacks/999999999/request', 404, 'NoSuchCallback'],
    ['/-/callbacks/0/request', 404, 'NoSuchCallback'],
    ['/-/callbacks/x/request', 404, 'NoSuchPage'],
    ['/-/callbacks?before=-1', 400, 'InvalidArgument'],
    ['/-/other', 404, 'NoSuchPage'],
    ['/-/constructor', 404, 'NoSuchPage'],
  ])('refuses %s', async (target, status, code) => {
    const answer = await read(target);
    expect([answer.status, elementOf(answer.text, 'Code')]).toEqual([status, code]);
  });

  test('takes nothing but GET, and hides no object', async () => {
    const url = emulator.url;
    for (const method of ['PUT', 'POST', 'DELETE']) {
      const answer = await sendRaw(url, {
        method,
        target: '/-/callbacks',
        headers: { 'content-length': '0' },
      });
      expect([answer.status, elementOf(answer.text, 'Code')]).toEqual([405, 'MethodNotAllowed']);
    }
    await sendSigned(url, { method: 'PUT', key: '-/callbacks', body: 'an object' });
    expect((await sendSigned(url, { key: '-/callbacks' })).text).toBe('an object');
    const byHost = await read('/-/callbacks', { host: 'examplebucket.localhost' });
    expect([byHost.status, elementOf(byHost.text, 'Code')]).toEqual([403, 'AccessDenied']);
  });
});
