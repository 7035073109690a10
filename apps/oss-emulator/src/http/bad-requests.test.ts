import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { presignUrlV4, signRequestV1, signRequestV4 } from '#oss';
import { bucket, credentials, region, useEmulator } from '../fixtures/emulator.fixture.js';
import {
  elementOf,
  sendBytes,
  sendRaw,
  sendSigned,
  type RawAnswer,
  type SignedRequest,
} from '../fixtures/requests.fixture.js';

const emulator = useEmulator({ cnames: new Map([['media.example.com', bucket]]) });

const refused = ({ status, text, headers }: RawAnswer) => ({
  status,
  code: elementOf(text, 'Code'),
  ec: headers['x-oss-ec'],
});

describe('an answer', () => {
  test('of refusal is OSS XML with request id, host and EC', async () => {
    const answer = await sendSigned(emulator.url, { key: 'missing <&>.txt' });
    expect(refused(answer)).toEqual({ status: 404, code: 'NoSuchKey', ec: '0026-00000001' });
    expect(answer.headers['content-type']).toBe('application/xml');
    expect(answer.headers['x-oss-request-id']).toMatch(/^[0-9A-F]{24}$/);
    expect(elementOf(answer.text, 'RequestId')).toBe(answer.headers['x-oss-request-id']);
    expect(elementOf(answer.text, 'EC')).toBe('0026-00000001');
    expect(elementOf(answer.text, 'HostId')).toBe(
      new URL(emulator.url).host.replace('localhost', '127.0.0.1'),
    );
    expect(answer.text).toContain('<RecommendDoc>https://api.aliyun.com/troubleshoot?q=0026-00000001</');
    expect(answer.headers).toMatchObject({
      server: 'AliyunOSS',
      date: expect.stringMatching(/ GMT$/),
      'x-oss-server-time': expect.stringMatching(/^\d+$/),
    });
    expect(answer.text).toContain('<Key>missing &#x3c;&#x26;&#x3e;.txt</Key>');
  });

  test('to HEAD carries its refusal in a header', async () => {
    const answer = await sendSigned(emulator.url, { method: 'HEAD', key: 'missing' });
    expect([answer.status, answer.text]).toEqual([404, '']);
    const xml = Buffer.from(String(answer.headers['x-oss-err']), 'base64').toString();
    expect(elementOf(xml, 'Code')).toBe('NoSuchKey');
  });
});

test('HEAD of a bucket tells where it is', async () => {
  const { status, headers } = await sendSigned(emulator.url, { method: 'HEAD' });
  expect([status, headers['x-oss-bucket-region']]).toEqual([200, `oss-${region}`]);
  expect((await sendSigned(emulator.url, { method: 'HEAD', bucket: 'missing-bucket' })).status).toBe(404);
});

describe('a signature', () => {
  const get = { method: 'GET', bucket, objectKey: 'k', query: {}, headers: {} };
  const send = (headers: Record<string, string>, target = `/${bucket}/k`) =>
    sendRaw(emulator.url, { target, headers });

  test('is needed', async () => {
    for (const target of ['/', `/${bucket}/`, `/${bucket}/k`, `/${bucket}/?list-type=2`])
      expect(refused(await send({}, target))).toMatchObject({ status: 403, code: 'AccessDenied' });
  });

  test.each([
    ['V1', { ...credentials, accessKeySecret: 'wrong' }, 'SignatureDoesNotMatch', '0002-00000040'],
    ['V4', { ...credentials, accessKeySecret: 'wrong' }, 'SignatureDoesNotMatch', '0002-00000040'],
    ['V1', { ...credentials, accessKeyId: 'other' }, 'InvalidAccessKeyId', '0002-00000902'],
    ['V4', { ...credentials, accessKeyId: 'other' }, 'InvalidAccessKeyId', '0002-00000902'],
  ])('%s of %j is refused', async (version, keys, code, ec) => {
    const headers = version === 'V1' ? signRequestV1(get, keys) : signRequestV4(get, keys, region);
    const answer = await send(headers);
    expect(refused(answer)).toEqual({ status: 403, code, ec });
    expect(elementOf(answer.text, 'OSSAccessKeyId')).toBe(keys.accessKeyId);
  });

  test.each(['V1', 'V4'])('%s that does not match is shown with what was signed', async (version) => {
    const keys = { ...credentials, accessKeySecret: 'wrong' };
    const headers = version === 'V1' ? signRequestV1(get, keys) : signRequestV4(get, keys, region);
    const { text } = await send(headers);
    expect(text).toContain('<StringToSign>');
    expect(elementOf(text, 'StringToSignBytes')).toMatch(/^[0-9A-F]{2}( [0-9A-F]{2})+$/);
    expect(headers['authorization']).toContain(elementOf(text, 'SignatureProvided'));
    expect(text.includes('<CanonicalRequest>')).toBe(version === 'V4');
  });

  test('of another time is refused with the times', async () => {
    const old = new Date(Date.now() - 16 * 60_000);
    for (const headers of [
      signRequestV1(get, credentials, old),
      signRequestV4(get, credentials, region, old),
    ]) {
      const answer = await send(headers);
      expect(refused(answer)).toMatchObject({
        status: 403,
        code: 'RequestTimeTooSkewed',
        ec: '0002-00000504',
      });
      expect(elementOf(answer.text, 'ServerTime')).toMatch(/^\d{4}-.*Z$/);
    }
  });

  test('for another region is refused', async () => {
    const headers = signRequestV4(get, credentials, 'cn-beijing');
    expect(refused(await send(headers))).toEqual({
      status: 400,
      code: 'InvalidArgument',
      ec: '0002-00000226',
    });
  });

  test('of a URL ends', async () => {
    const presigned = (expiresInS: number, now: Date) =>
      fetch(
        presignUrlV4({
          ...credentials,
          endpoint: new URL(emulator.url),
          pathStyle: true,
          bucket,
          objectKey: 'k',
          region,
          expiresInS,
          now,
        }),
      );
    const answer = await presigned(60, new Date(Date.now() - 61_000));
    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain('<Message>Request has expired.</Message>');
    expect((await presigned(604_801, new Date())).status).toBe(400);
  });

  test.each(['V1', 'V4'])('%s holds whatever the address style', async (version) => {
    const signed =
      version === 'V1' ? signRequestV1(get, credentials) : signRequestV4(get, credentials, region);
    await sendSigned(emulator.url, { method: 'PUT', key: 'k', body: 'hello' });
    for (const [host, target] of [
      [`${bucket}.localhost`, '/k'],
      [`${bucket}.localhost:${new URL(emulator.url).port}`, '/k'],
      [`${bucket}.oss-cn-hangzhou.aliyuncs.com`, '/k'],
      [`${bucket}.oss-cn-hangzhou-internal.aliyuncs.com`, '/k'],
      // ali-oss with an IP endpoint and sldEnable.
      [`${bucket}.oss-cn-hangzhou.aliyuncs.com`, `/${bucket}/k`],
      ['oss-cn-hangzhou.aliyuncs.com', `/${bucket}/k`],
      ['127.0.0.1', `/${bucket}/k`],
      ['media.example.com', '/k'],
    ] as const) {
      const answer = await send({ ...signed, host }, target);
      expect([host, answer.status, answer.text]).toEqual([host, 200, 'hello']);
    }
  });
});

describe('a request is refused', () => {
  test.each([
    ['no such bucket', { bucket: 'missing-bucket', key: 'k' }, 404, 'NoSuchBucket'],
    ['a bad bucket name', { bucket: 'Bad_Bucket', key: 'k' }, 400, 'InvalidBucketName'],
    ['a key that begins with \\', { method: 'PUT', key: '\\a', body: 'x' }, 400, 'InvalidObjectName'],
    ['a key that begins with /', { method: 'PUT', key: '/a', body: 'x' }, 400, 'InvalidObjectName'],
    ['a key of 1024 bytes', { method: 'PUT', key: 'x'.repeat(1024), body: 'x' }, 400, 'InvalidObjectName'],
    ['a key of 1026 bytes', { method: 'PUT', key: '中'.repeat(342), body: 'x' }, 400, 'InvalidObjectName'],
    ['a method', { method: 'PATCH', key: 'k' }, 405, 'MethodNotAllowed'],
    ['a method of a sub-resource', { method: 'PUT', query: { location: '' } }, 405, 'MethodNotAllowed'],
    ['max-keys', { query: { 'max-keys': '1001' } }, 400, 'InvalidArgument'],
    ['max-keys', { query: { 'max-keys': 'all' } }, 400, 'InvalidArgument'],
    ['a long prefix', { query: { prefix: 'x'.repeat(1025) } }, 400, 'InvalidArgument'],
    ['a long prefix', { query: { versions: '', prefix: 'x'.repeat(1025) } }, 400, 'InvalidArgument'],
    ['an encoding', { query: { 'encoding-type': 'gzip' } }, 400, 'InvalidArgument'],
    ['a token', { query: { 'list-type': '2', 'continuation-token': '!' } }, 400, 'InvalidArgument'],
    ['a bad MD5', put({ 'content-md5': 'XrY7u+Ae7tCTyyK7j1rNww==' }), 400, 'InvalidDigest'],
    ['a text as MD5', put({ 'content-md5': 'nonsense' }), 400, 'InvalidDigest'],
    ['a bad CRC-64', put({ 'x-oss-hash-crc64ecma': '1' }), 400, 'InvalidCRC64'],
    ['a length of more than 5 GB', put({ 'content-length': '5368709121' }), 400, 'EntityTooLarge'],
    ['no XML', deletion('<Delete><Object>'), 400, 'MalformedXML'],
    ['empty XML', deletion(''), 400, 'MalformedXML'],
    ['other XML', deletion('<Other/>'), 400, 'MalformedXML'],
    ['XML without objects', deletion('<Delete/>'), 400, 'MalformedXML'],
    ['XML with a document type', deletion('<!DOCTYPE x [<!ENTITY a "b">]><Delete/>'), 400, 'MalformedXML'],
    [
      'more than 1000 keys',
      deletion(`<Delete>${'<Object><Key>a</Key></Object>'.repeat(1001)}</Delete>`),
      400,
      'MalformedXML',
    ],
    ['a copy source', put({ 'x-oss-copy-source': 'nonsense' }), 400, 'InvalidArgument'],
    ['a copy source that is not encoded', put({ 'x-oss-copy-source': '/b/%zz' }), 400, 'InvalidArgument'],
  ] as [string, SignedRequest, number, string][])('for %s', async (_, request, status, code) => {
    expect(refused(await sendSigned(emulator.url, request))).toMatchObject({ status, code });
  });

  function put(headers: Record<string, string>): SignedRequest {
    return { method: 'PUT', key: 'bad', body: 'body', headers };
  }
  function deletion(body: string): SignedRequest {
    return { method: 'POST', query: { delete: '' }, body };
  }

  test.each([
    [{ key: 'k', query: { asyncFetch: '' } }, 'asyncFetch', 'OBJECT'],
    [{ query: { metaQuery: '', comp: 'query' } }, 'metaQuery&comp=query', 'BUCKET'],
    [{ query: { httpsConfig: '' } }, 'httpsConfig', 'BUCKET'],
    ...['quota', 'objectWorm'].map((name) => [{ method: 'PUT', query: { [name]: '' } }, name, 'BUCKET']),
    [{ method: 'POST', query: { metadataConfiguration: '' } }, 'metadataConfiguration', 'BUCKET'],
  ] as [SignedRequest, string, string][])(
    'for a sub-resource that the emulator lacks: %j',
    async (request, name, type) => {
      const answer = await sendSigned(emulator.url, request);
      expect(refused(answer)).toMatchObject({ status: 501, code: 'NotImplemented' });
      expect(elementOf(answer.text, 'SubResource')?.replace('&#x26;', '&')).toBe(name);
      expect(elementOf(answer.text, 'ResourceType')).toBe(type);
      expect(elementOf(answer.text, 'Message')).toContain(`?${name.replace('&', '&#x26;')}`);
    },
  );

  test('but not for a query name that OSS does not know', async () => {
    const answer = await sendSigned(emulator.url, { query: { unknown: '1', 'max-keys': '1' } });
    expect(answer.status).toBe(200);
  });

  test('for a path that is not UTF-8', async () => {
    for (const target of [`/${bucket}/%ff`, `/${bucket}/%zz`, '/%'])
      expect(refused(await sendRaw(emulator.url, { target }))).toMatchObject({
        status: 400,
        code: 'InvalidArgument',
      });
  });

  test('for a body without a length', async () => {
    const signed = signRequestV4(
      { method: 'PUT', bucket, objectKey: 'k', query: {}, headers: {} },
      credentials,
      region,
    );
    const answer = await exchangeRaw(`PUT /${bucket}/k HTTP/1.1`, { host: 'localhost', ...signed }, '');
    expect(answer).toMatch(/^HTTP\/1\.1 411 [^]*MissingContentLength/);
  });

  test('when it breaks off, and nothing of it stays', async () => {
    const signed = signRequestV4(
      { method: 'PUT', bucket, objectKey: 'broken', query: {}, headers: {} },
      credentials,
      region,
    );
    const headers = { host: 'localhost', 'content-length': '100', ...signed };
    expect(await exchangeRaw(`PUT /${bucket}/broken HTTP/1.1`, headers, 'only this')).not.toMatch(/ 200 /);
    await expect.poll(() => readdir(join(emulator.dataDir, 'incoming'))).toEqual([]);
    expect((await sendSigned(emulator.url, { method: 'HEAD', key: 'broken' })).status).toBe(404);
  });

  function exchangeRaw(line: string, headers: Record<string, string>, body: string): Promise<string> {
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
    return sendBytes(emulator.url, [line, ...lines, 'connection: close', '', body].join('\r\n'), true);
  }
});

describe('cross-origin requests', () => {
  test('are allowed', async () => {
    const headers = {
      origin: 'https://app.example',
      'access-control-request-method': 'PUT',
      'access-control-request-headers': 'content-type,x-oss-callback',
    };
    const answer = await sendRaw(emulator.url, { method: 'OPTIONS', target: `/${bucket}/k`, headers });
    expect(answer).toMatchObject({
      status: 200,
      headers: {
        'access-control-allow-origin': '*',
        'access-control-allow-methods': expect.stringContaining('PUT'),
        'access-control-allow-headers': 'content-type,x-oss-callback',
      },
    });
    const put = await sendSigned(emulator.url, {
      method: 'PUT',
      key: 'k',
      body: 'x',
      headers: { origin: 'https://a.example' },
    });
    expect(put.headers['access-control-expose-headers']).toContain('ETag');
  });

  test('need an origin and a method', async () => {
    const options = (headers: Record<string, string>) =>
      sendRaw(emulator.url, { method: 'OPTIONS', target: `/${bucket}/k`, headers });
    for (const headers of [{}, { origin: 'https://a.example' }] as Record<string, string>[])
      expect(refused(await options(headers))).toMatchObject({ status: 400, code: 'BadRequest' });
  });
});
