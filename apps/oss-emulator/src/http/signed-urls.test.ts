import { beforeAll, describe, expect, test } from 'vitest';
import { presignUrlV4, signRequestV1, signV1 } from '#oss';
import { encodeCallback as encode, useReceiver } from '../fixtures/callback-receiver.fixture.js';
import { bucket, credentials, region, useEmulator } from '../fixtures/emulator.fixture.js';
import { elementOf } from '../fixtures/requests.fixture.js';

const emulator = useEmulator();
const receiver = useReceiver();
beforeAll(() => emulator.client().put('k', Buffer.from('hello')));

const nowS = () => Math.floor(Date.now() / 1000);

/** A URL that V1 signs, with parameters changed after that. */
function presignV1(expires: string, change: Record<string, string | undefined> = {}): string {
  const Signature = signV1(credentials.accessKeySecret, `GET\n\n\n${expires}\n/${bucket}/k`);
  const query = { OSSAccessKeyId: credentials.accessKeyId, Expires: expires, Signature };
  return changeQuery(`${emulator.url}/${bucket}/k?${new URLSearchParams(query)}`, change);
}

/** A URL that V4 signs, with parameters changed after that. */
function presignV4(change: Record<string, string | undefined> = {}, options: { now?: Date } = {}): string {
  const where = { endpoint: new URL(emulator.url), pathStyle: true, bucket, objectKey: 'k', region };
  return changeQuery(presignUrlV4({ ...credentials, ...where, expiresInS: 60, ...options }), change);
}

function changeQuery(text: string, change: Record<string, string | undefined>): string {
  const changed = new URL(text);
  for (const [name, value] of Object.entries(change)) {
    if (value === undefined) changed.searchParams.delete(name);
    else changed.searchParams.set(name, value);
  }
  return changed.href;
}

async function read(address: string, init: RequestInit = {}) {
  const answer = await fetch(address, init);
  const text = await answer.text();
  return {
    status: answer.status,
    code: elementOf(text, 'Code'),
    message: elementOf(text, 'Message'),
    ec: answer.headers.get('x-oss-ec'),
    text,
  };
}
const credentialOf = (scope: string) => ({ 'x-oss-credential': `${credentials.accessKeyId}/${scope}` });
const today = () => new Date().toISOString().slice(0, 10).replaceAll('-', '');

describe('a URL signed by V1', () => {
  test('is good until it expires', async () => {
    expect((await read(presignV1(String(nowS() + 60)))).text).toBe('hello');
    expect(await read(presignV1(String(nowS() - 2)))).toMatchObject({
      status: 403,
      code: 'AccessDenied',
      message: 'Request has expired.',
    });
  });

  test.each([
    ['another end', { Expires: String(nowS() + 3600) }, 'SignatureDoesNotMatch'],
    ['another signature', { Signature: 'AAAA' }, 'SignatureDoesNotMatch'],
    ['another sub-resource', { 'response-content-type': 'text/html' }, 'SignatureDoesNotMatch'],
    ['another key id', { OSSAccessKeyId: 'LTAIother' }, 'InvalidAccessKeyId'],
    ['an end that is no number', { Expires: 'tomorrow' }, 'AccessDenied'],
    ['no end', { Expires: undefined }, 'AccessDenied'],
    ['no signature', { Signature: undefined }, 'AccessDenied'],
    ['no key id', { OSSAccessKeyId: undefined }, 'AccessDenied'],
  ])('is refused with %s', async (_, change, code) => {
    expect(await read(presignV1(String(nowS() + 60), change))).toMatchObject({ status: 403, code });
  });

  test('leaves parameters open that V1 does not sign', async () => {
    expect((await read(presignV1(String(nowS() + 60), { anything: '1' }))).text).toBe('hello');
  });

  test('tells what was signed', async () => {
    const { text } = await read(presignV1('9999999999', { Signature: 'AAAA' }));
    expect(elementOf(text, 'OSSAccessKeyId')).toBe(credentials.accessKeyId);
    expect(elementOf(text, 'SignatureProvided')).toBe('AAAA');
    expect(elementOf(text, 'StringToSign')).toContain(`/${bucket}/k`);
    expect(elementOf(text, 'StringToSignBytes')).toMatch(/^47 45 54 0A/);
    expect(text).not.toContain(credentials.accessKeySecret);
  });
});

describe('a URL signed by V4', () => {
  test('is good until it expires', async () => {
    expect((await read(presignV4())).text).toBe('hello');
    expect(await read(presignV4({}, { now: new Date(Date.now() - 62_000) }))).toMatchObject({
      status: 403,
      message: 'Request has expired.',
    });
  });

  test('is refused before its time', async () => {
    const early = { now: new Date(Date.now() + 16 * 60_000) };
    expect(await read(presignV4({}, early))).toMatchObject({
      status: 403,
      code: 'RequestTimeTooSkewed',
      ec: '0002-00000504',
    });
    expect((await read(presignV4({}, { now: new Date(Date.now() + 14 * 60_000) }))).text).toBe('hello');
  });

  test.each([
    ['another life', { 'x-oss-expires': '61' }, 403, 'SignatureDoesNotMatch', '0002-00000040'],
    ['another signature', { 'x-oss-signature': '00' }, 403, 'SignatureDoesNotMatch', '0002-00000040'],
    ['one more parameter', { a: '1' }, 403, 'SignatureDoesNotMatch', '0002-00000040'],
    ['no life', { 'x-oss-expires': undefined }, 403, 'AccessDenied', null],
    ['no signature', { 'x-oss-signature': undefined }, 403, 'AccessDenied', null],
    ['a life of eight days', { 'x-oss-expires': '691200' }, 400, 'InvalidArgument', '0002-00000232'],
    ['no life at all', { 'x-oss-expires': '0' }, 403, 'AccessDenied', null],
    ['an end before its date', { 'x-oss-expires': '-9' }, 403, 'AccessDenied', null],
    ['a version that is not known', { 'x-oss-signature-version': 'OSS9' }, 400, 'InvalidArgument', null],
    ['a date that is none', { 'x-oss-date': 'today' }, 400, 'InvalidArgument', null],
    [
      'another region',
      credentialOf(`${today()}/cn-beijing/oss/aliyun_v4_request`),
      400,
      'InvalidArgument',
      '0002-00000226',
    ],
    [
      'another product',
      credentialOf(`${today()}/${region}/ecs/aliyun_v4_request`),
      400,
      'InvalidArgument',
      '0002-00000227',
    ],
    ['half a scope', credentialOf(`${today()}/${region}`), 400, 'InvalidArgument', '0002-00000213'],
    [
      'another key id',
      { 'x-oss-credential': `LTAIother/${today()}/${region}/oss/aliyun_v4_request` },
      403,
      'InvalidAccessKeyId',
      '0002-00000902',
    ],
  ])('is refused with %s', async (_, change, ...wanted) => {
    const [status, code, ec] = wanted;
    expect(await read(presignV4(change))).toMatchObject({ status, code, ec });
  });
});

describe('a signed URL', () => {
  test('with a signature in the header too is refused', async () => {
    const request = { method: 'GET', bucket, objectKey: 'k', query: {}, headers: {} };
    const { authorization = '', date = '' } = signRequestV1(request, credentials);
    for (const address of [presignV1(String(nowS() + 60)), presignV4()])
      expect(await read(address, { headers: { authorization, date } })).toMatchObject({
        status: 400,
        code: 'InvalidArgument',
      });
  });

  test('of the real client carries an upload and its callback', async () => {
    const wanted = { callbackUrl: receiver.url, callbackBody: 'key=${object}&uid=${x:uid}' };
    const callback = { url: receiver.url, body: wanted.callbackBody, customValue: { uid: '7' } };
    const byV1 = emulator.client('V1').signatureUrl('by V1', { method: 'PUT', callback });
    const queries = { callback: encode(wanted), 'callback-var': encode({ 'x:uid': '7' }) };
    const byV4 = await emulator.client('V4').signatureUrlV4('PUT', 60, { queries }, 'by V4');
    // A text would bring a content type along, which nobody signed.
    const upload = { method: 'PUT', body: Buffer.from('hello') };
    for (const address of [byV1, byV4]) {
      expect(await read(address, upload)).toMatchObject({
        status: 200,
        text: '{"Status":"OK"}',
      });
      const other = changeQuery(address, {
        callback: encode({ ...wanted, callbackUrl: 'http://a.example/' }),
      });
      expect(await read(other, upload)).toMatchObject({
        code: 'SignatureDoesNotMatch',
      });
      const without = changeQuery(address, { callback: undefined });
      expect(await read(without, upload)).toMatchObject({
        code: 'SignatureDoesNotMatch',
      });
    }
    expect(receiver.calls.map(({ body }) => body.toString())).toEqual([
      'key=by%20V1&uid=7',
      'key=by%20V4&uid=7',
    ]);
  });
});
