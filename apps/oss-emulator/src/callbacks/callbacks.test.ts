import { createHash, createPublicKey } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import { readCallbackBody, readKeyUrl, signPolicyV4, verifyCallbackSignature } from '#oss';
import {
  answerJson,
  encodeCallback as encode,
  useReceiver,
  type ReceivedCall,
} from '../fixtures/callback-receiver.fixture.js';
import { bucket, credentials, region, useEmulator } from '../fixtures/emulator.fixture.js';
import { elementOf, sendForm, sendRaw, sendSigned } from '../fixtures/requests.fixture.js';

const emulator = useEmulator({ callbackTimeoutMs: 2_000 });
const receiver = useReceiver();

const template =
  'bucket object etag size mimeType crc64 contentMd5 vpcId clientIp reqId operation ' +
  'imageInfo.height imageInfo.width imageInfo.format x:uid x:none';
const placeholders = template.split(' ').map((name) => [name, `\${${name}}`] as const);
const formTemplate = placeholders.map(([name, value]) => `${name}=${value}`).join('&');
const jsonTemplate = `{${placeholders.map(([name, value]) => `"${name}":${value}`).join(',')}}`;
const callback = (more: Record<string, unknown> = {}) =>
  encode({ callbackUrl: `${receiver.url}/cb`, callbackBody: formTemplate, ...more });
const putWith = (headers: Record<string, string>, key = 'k', body: string | Buffer = 'hello') =>
  sendSigned(emulator.url, { method: 'PUT', key, headers, body });

/** Verifies a call as an application must, with the key that the emulator serves. */
async function verify({ target, headers, body }: ReceivedCall) {
  const host = new URL(emulator.url).host;
  const keyUrl = readKeyUrl(String(headers['x-oss-pub-key-url']), [host]);
  const key = createPublicKey(await (await fetch(keyUrl)).text());
  const authorization = headers.authorization ?? '';
  expect(verifyCallbackSignature({ rawTarget: target, body, authorization, key })).toBe(true);
  return readCallbackBody(headers['content-type'], body);
}

const onePixelPng = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

describe('a callback', () => {
  test.each([
    ['application/x-www-form-urlencoded', () => formTemplate],
    ['application/json', () => jsonTemplate],
  ])('of type %s tells everything of a PutObject', async (callbackBodyType, bodyOf) => {
    const key = '目录/a b+c&d="e".png';
    const put = await putWith(
      {
        'content-type': 'image/png',
        'x-oss-callback': callback({
          callbackBodyType,
          callbackBody: bodyOf(),
          callbackUrl: `${receiver.url}/a%20b/?q=%E4%B8%AD`,
        }),
        'x-oss-callback-var': encode({ 'x:uid': 'ü&=1' }),
      },
      key,
      onePixelPng,
    );
    expect(put).toMatchObject({
      status: 200,
      text: '{"Status":"OK"}',
      headers: { 'content-type': 'application/json', etag: expect.stringMatching(/^"[0-9A-F]{32}"$/) },
    });
    const [call] = receiver.calls;
    if (!call) throw new Error('nobody called');
    expect(call.target).toBe('/a%20b/?q=%E4%B8%AD');
    const md5 = createHash('md5').update(onePixelPng).digest();
    expect(await verify(call)).toEqual({
      bucket,
      objectKey: key,
      etag: md5.toString('hex').toUpperCase(),
      sizeBytes: onePixelPng.length,
      mimeType: 'image/png',
      imageInfo: { width: 1, height: 1, format: 'png' },
      vars: {
        uid: 'ü&=1',
        none: '',
        crc64: put.headers['x-oss-hash-crc64ecma'],
        contentMd5: md5.toString('base64'),
        clientIp: '127.0.0.1',
        reqId: put.headers['x-oss-request-id'],
        operation: 'PutObject',
      },
    });
    expect(call.headers).toMatchObject({
      connection: 'close',
      'content-type': callbackBodyType,
      'content-md5': createHash('md5').update(call.body).digest('base64'),
      'user-agent': 'aliyun-oss-callback',
      'x-oss-bucket': bucket,
      'x-oss-request-id': put.headers['x-oss-request-id'],
      'x-oss-signature-version': '1.0',
      'x-oss-tag': 'CALLBACK',
      host: new URL(receiver.url).host,
    });
    // The set and the order of a real one.
    expect(Object.keys(call.headers)).toEqual([
      'host',
      'connection',
      'content-length',
      'authorization',
      'content-md5',
      'content-type',
      'date',
      'user-agent',
      'x-oss-additional-headers',
      'x-oss-bucket',
      'x-oss-owner',
      'x-oss-pub-key-url',
      'x-oss-request-id',
      'x-oss-requester',
      'x-oss-signature-version',
      'x-oss-tag',
    ]);
  });

  test('may come in the query, and name its host', async () => {
    const query = {
      callback: callback({ callbackHost: 'cb.example.com' }),
      'callback-var': encode({ 'x:uid': '1' }),
    };
    const put = await sendSigned(emulator.url, { method: 'PUT', key: 'q', query, body: 'x' });
    expect([put.status, receiver.calls[0]?.headers.host]).toEqual([200, 'cb.example.com']);
    expect(receiver.calls.map(({ body }) => body.toString())[0]).toContain('x:uid=1');
  });

  test.each(['V1', 'V4'] as const)('works from the real client with %s', async (signature) => {
    const client = emulator.client(signature);
    const options = {
      callback: {
        url: `${receiver.url}/cb`,
        body: 'bucket=${bucket}&object=${object}&etag=${etag}&size=${size}&uid=${x:uid}&op=${operation}',
        customValue: { uid: '42' },
      },
    };
    const put = await client.put('by-client', Buffer.from('x'), options);
    expect((put as unknown as { data: unknown }).data).toEqual({ Status: 'OK' });
    const bytes = Buffer.alloc(250_000, 7);
    await client.multipartUpload('by-parts', bytes, { ...options, partSize: 102_400 });
    const [first, second] = await Promise.all(receiver.calls.map(verify));
    expect(first).toMatchObject({ objectKey: 'by-client', vars: { uid: '42', op: 'PutObject' } });
    expect(second).toMatchObject({
      objectKey: 'by-parts',
      sizeBytes: 250_000,
      etag: expect.stringMatching(/-3$/),
      vars: { uid: '42', op: 'CompleteMultipartUpload' },
    });
  });

  test('may stand in a form, with a field for each variable', async () => {
    const fields = signPolicyV4({
      ...credentials,
      bucket,
      region,
      expiresAt: new Date(Date.now() + 60_000),
      conditions: [
        ['eq', '$key', 'formed'],
        ['eq', '$x:uid', '7'],
      ],
    });
    const wanted = {
      ...fields,
      key: 'formed',
      callback: callback(),
      'x:uid': '7',
      success_action_status: '201',
    };
    const file = new Blob(['text'], { type: 'text/plain' });
    const { status, text } = await sendForm(emulator.url, Object.entries(wanted), file);
    expect([status, text]).toEqual([200, '{"Status":"OK"}']);
    const [call] = receiver.calls;
    if (!call) throw new Error('nobody called');
    expect(await verify(call)).toMatchObject({
      objectKey: 'formed',
      imageInfo: null,
      vars: { uid: '7', operation: 'PostObject' },
    });
  });

  test('goes to the next URL when one fails', async () => {
    const callbackUrl = `http://127.0.0.1:1/;${receiver.url}/1;${receiver.url}/2`;
    receiver.answer = (response) =>
      receiver.calls.length === 1 ? response.writeHead(500).end() : answerJson(response);
    expect((await putWith({ 'x-oss-callback': callback({ callbackUrl }) })).status).toBe(200);
    expect(receiver.calls.map(({ target }) => target)).toEqual(['/1', '/2']);
  });

  test('tries five URLs in order, each once, and tells of the last', async () => {
    receiver.answer = (response) =>
      response.writeHead(500 + receiver.calls.length, { 'content-length': 0 }).end();
    const callbackUrl = [1, 2, 3, 4, 5].map((number) => `${receiver.url}/${number}`).join(';');
    const put = await putWith({ 'x-oss-callback': callback({ callbackUrl }) });
    expect([put.status, elementOf(put.text, 'Message')]).toEqual([203, 'Error status : 505.']);
    expect(receiver.calls.map(({ target }) => target)).toEqual(['/1', '/2', '/3', '/4', '/5']);
  });

  test('is not made when the upload fails', async () => {
    const put = await putWith({ 'x-oss-callback': callback(), 'content-md5': 'AAAA' });
    expect([put.status, receiver.calls.length]).toEqual([400, 0]);
  });
});

describe('a callback that fails', () => {
  const statusOnly = (status: number) => (response: ServerResponse) =>
    response.writeHead(status, { location: '/elsewhere', 'content-length': 2 }).end('{}');
  const withBody = (body: string | Buffer) => (response: ServerResponse) =>
    response.writeHead(200, { 'content-length': Buffer.byteLength(body) }).end(body);
  const failures: [string, (response: ServerResponse) => unknown, string][] = [
    ['status 301', statusOnly(301), 'Error status : 301.'],
    ['status 201', statusOnly(201), 'Error status : 201.'],
    ['status 403', statusOnly(403), 'Error status : 403.'],
    ['status 503', statusOnly(503), 'Error status : 503.'],
    ['no JSON', withBody('<html/>'), 'Response body is not valid json format.'],
    ['a byte order mark', withBody('\ufeff{}'), 'Response body is not valid json format.'],
    ['no UTF-8', withBody(Buffer.from([0x22, 0xff, 0x22])), 'Response body is not valid json format.'],
    ['an empty body', withBody(''), 'Error Status : 400.User server return invalid conent-length value.'],
    [
      'no length',
      (response) => {
        response.writeHead(200);
        response.write('{');
        response.end('}');
      },
      'Error Status : 400.User server missing content-length.',
    ],
    [
      'too much',
      withBody(`"${'x'.repeat(1024 * 1024)}"`),
      'Error Status : 400.User server return too long content-length value.',
    ],
    [
      'half an answer',
      (response) => response.writeHead(200, { 'content-length': 9 }).write('{', () => response.destroy()),
      'Error status : 502.',
    ],
    ['no answer', (response) => response.destroy(), 'Error status : 502.'],
    [
      'a length that is no number',
      (response) => response.socket?.end('HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n{}'),
      'Error Status : 400.User server return invalid conent-length value.',
    ],
    ['no HTTP', (response) => response.socket?.end('220 smtp.example ESMTP\r\n'), 'Error status : 502.'],
    ['silence', () => undefined, 'reply timeout, cost:2000ms'],
  ];
  test.each(failures)('for %s', async (name, act, message) => {
    receiver.answer = act;
    const key = `failed/${name}`;
    const put = await putWith({ 'x-oss-callback': callback() }, key);
    expect(put.status).toBe(203);
    expect(elementOf(put.text, 'Code')).toBe('CallbackFailed');
    expect(elementOf(put.text, 'Message')).toContain(message);
    expect(put.headers).toMatchObject({
      'content-type': 'application/xml',
      'x-oss-ec': expect.stringMatching(/^0007-/),
      etag: '"5D41402ABC4B2A76B9719D911017C592"',
    });
    // Neither tried again nor redirected, and the object stays.
    expect(receiver.calls).toHaveLength(1);
    expect((await sendSigned(emulator.url, { key })).text).toBe('hello');
  });

  test('for nobody there', async () => {
    const put = await putWith({ 'x-oss-callback': callback({ callbackUrl: 'http://127.0.0.1:1/' }) });
    expect([put.status, elementOf(put.text, 'Message')]).toEqual([
      203,
      expect.stringContaining('OSS can not connect to your callbackUrl'),
    ]);
  });

  test('reaches the real client as an error', async () => {
    receiver.answer = statusOnly(500);
    const put = emulator
      .client()
      .put('x', Buffer.from('x'), { callback: { url: `${receiver.url}/cb`, body: 'a=1' } });
    await expect(put).rejects.toMatchObject({ status: 203, code: 'CallbackFailed' });
  });
});

test('the public key is as short as the real one, and stays the same over a restart', async () => {
  const read = () => sendRaw(emulator.url, { target: '/callback_pub_key_v1.pem' });
  const before = await read();
  expect(before.text).toMatch(/^-----BEGIN PUBLIC KEY-----/);
  expect(createPublicKey(before.text).asymmetricKeyDetails?.modulusLength).toBe(512);
  await emulator.restart();
  expect((await read()).text).toBe(before.text);
});
