import { createHash, randomBytes } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type OSS from 'ali-oss';
import { beforeAll, describe, expect, test } from 'vitest';
import { Crc64, percentEncode, presignUrlV4 } from '#oss';
import { bucket, credentials, region, useEmulator } from '../fixtures/emulator.fixture.js';
import { addedDataFile } from '../fixtures/data-files.fixture.js';
import { elementOf, sendSigned } from '../fixtures/requests.fixture.js';

const emulator = useEmulator();

const md5 = (bytes: Buffer) => createHash('md5').update(bytes).digest('hex').toUpperCase();

describe.each(['V1', 'V4'] as const)('the real client with %s signatures', (signature) => {
  let client: OSS;
  beforeAll(() => {
    client = emulator.client(signature);
  });

  test.each([
    'plain.txt',
    'dir/a b+c&d=e?f#g%20.txt',
    '目录/图 片.jpg',
    '😀/𝒳.bin',
    '...',
    "quote'(1)!*.txt",
    'x'.repeat(1023),
    '中'.repeat(341),
  ])('puts, reads, heads and deletes %s', async (key) => {
    const bytes = randomBytes(3000);
    const put = await client.put(key, bytes, {
      headers: { 'Content-Type': 'image/x-test', 'Cache-Control': 'no-store' },
      meta: { uid: 7, pid: 1 },
    });
    expect(put.res.headers).toMatchObject({
      etag: `"${md5(bytes)}"`,
      'x-oss-hash-crc64ecma': new Crc64().update(bytes).digest(),
      server: 'AliyunOSS',
    });
    const got = await client.get(key);
    expect(got.content).toEqual(bytes);
    expect(got.res.headers).toMatchObject({
      'content-type': 'image/x-test',
      'cache-control': 'no-store',
      'x-oss-meta-uid': '7',
      'x-oss-object-type': 'Normal',
      'content-md5': createHash('md5').update(bytes).digest('base64'),
    });
    expect((await client.head(key)).res.headers).toMatchObject({ 'content-length': '3000' });
    await client.delete(key);
    await expect(client.head(key)).rejects.toMatchObject({ status: 404, code: 'NoSuchKey' });
    await expect(client.get(key)).rejects.toMatchObject({ status: 404, code: 'NoSuchKey' });
    await expect(client.delete(key)).resolves.toMatchObject({ res: { status: 204 } });
  });

  test('keeps an empty object', async () => {
    await client.put('empty', Buffer.alloc(0));
    expect((await client.get('empty')).content).toEqual(Buffer.alloc(0));
    await client.delete('empty');
  });

  test('replaces an object, and not when it is told so', async () => {
    await client.put('twice', Buffer.from('1'));
    await client.put('twice', Buffer.from('2'));
    expect((await client.get('twice')).content).toEqual(Buffer.from('2'));
    const put = client.put('twice', Buffer.from('3'), { headers: { 'x-oss-forbid-overwrite': 'true' } });
    await expect(put).rejects.toMatchObject({ status: 409, code: 'FileAlreadyExists' });
    await client.delete('twice');
  });

  test('copies an object', async () => {
    await client.put('from/中 文', Buffer.from('copied'), { mime: 'text/x-copy' });
    await client.copy('to', 'from/中 文');
    const { content, res } = await client.get('to');
    expect([content.toString(), (res.headers as Record<string, string>)['content-type']]).toEqual([
      'copied',
      'text/x-copy',
    ]);
    await expect(client.copy('to', 'missing')).rejects.toMatchObject({ code: 'NoSuchKey' });
    await client.deleteMulti(['to', 'from/中 文'], { quiet: true });
  });

  test('lists in byte order, by page, with prefixes and delimiters', async () => {
    const keys = ['l/a', 'l/b/1', 'l/b/2', 'l/c', 'l/中', 'l/\ue000', 'l/😀'];
    for (const key of keys.toReversed()) await client.put(key, Buffer.from(key));
    const list = async (query: Record<string, string>) => {
      const { objects, prefixes, isTruncated, nextContinuationToken } = await client.listV2(
        query as never,
        {},
      );
      return {
        keys: (objects ?? []).map(({ name }) => name),
        prefixes: prefixes ?? [],
        isTruncated,
        token: nextContinuationToken,
      };
    };
    expect((await list({ prefix: 'l/' })).keys).toEqual(keys);
    expect(await list({ prefix: 'l/', delimiter: '/' })).toMatchObject({
      keys: ['l/a', 'l/c', 'l/中', 'l/\ue000', 'l/😀'],
      prefixes: ['l/b/'],
    });
    const seen: string[] = [];
    let token: string | undefined;
    do {
      const page = await list({
        prefix: 'l/',
        delimiter: '/',
        'max-keys': '2',
        ...(token && { 'continuation-token': token }),
      });
      expect(page.keys.length + page.prefixes.length).toBeLessThanOrEqual(2);
      seen.push(...page.keys, ...page.prefixes);
      token = page.isTruncated ? page.token : undefined;
    } while (token);
    expect(seen.toSorted()).toEqual(['l/a', 'l/b/', 'l/c', 'l/中', 'l/\ue000', 'l/😀'].toSorted());
    expect((await list({ prefix: 'l/', 'start-after': 'l/b/2' })).keys).toEqual(keys.slice(3));
    expect((await list({ prefix: 'l/\ue000', 'start-after': 'l/😀' })).keys).toEqual([]);
    const v1 = await client.list({ prefix: 'l/', 'max-keys': 3 }, {});
    expect(v1.objects.map(({ name }) => name)).toEqual(keys.slice(0, 3));
    const rest = await client.list({ prefix: 'l/', marker: v1.nextMarker, 'max-keys': 100 }, {});
    expect(rest.objects.map(({ name }) => name)).toEqual(keys.slice(3));
    const { deleted } = await client.deleteMulti(keys);
    expect(deleted).toHaveLength(keys.length);
    expect((await list({ prefix: 'l/' })).keys).toEqual([]);
  });

  test('knows its buckets', async () => {
    await client.putBucket('another-bucket');
    const { buckets } = (await client.listBuckets({ 'max-keys': 10 })) as unknown as {
      buckets: { name: string }[];
    };
    expect(buckets.map(({ name }) => name)).toEqual(['another-bucket', bucket]);
    const { bucket: info } = (await client.getBucketInfo(bucket)) as unknown as {
      bucket: { Location: string };
    };
    expect(info.Location).toBe('oss-cn-hangzhou');
    await client.deleteBucket('another-bucket');
    await expect(client.getBucketInfo('another-bucket')).rejects.toMatchObject({ code: 'NoSuchBucket' });
    await client.put('one', Buffer.from('1'));
    await expect(client.deleteBucket(bucket)).rejects.toMatchObject({ status: 409, code: 'BucketNotEmpty' });
    await client.delete('one');
  });

  test('signs URLs that work without the client', async () => {
    const key = 'signed/中 文+.txt';
    const url =
      signature === 'V1'
        ? client.signatureUrl(key, { method: 'PUT', 'Content-Type': 'text/plain' })
        : await client.signatureUrlV4('PUT', 60, { headers: { 'Content-Type': 'text/plain' } }, key);
    const put = await fetch(url, {
      method: 'PUT',
      headers: { 'content-type': 'text/plain' },
      body: 'by URL',
    });
    expect(put.status).toBe(200);
    const wrong = await fetch(url, { method: 'PUT', headers: { 'content-type': 'text/html' }, body: 'x' });
    expect(wrong.status).toBe(403);
    const get = await fetch(
      presignUrlV4({
        ...credentials,
        endpoint: new URL(emulator.url),
        pathStyle: true,
        bucket,
        objectKey: key,
        region,
        expiresInS: 60,
        query: { 'response-content-type': 'text/x-other' },
      }),
    );
    expect([await get.text(), get.headers.get('content-type')]).toEqual(['by URL', 'text/x-other']);
    await client.delete(key);
  });
});

// The client's own URL parser would resolve these before they are sent.
test.each([
  '../../../etc/passwd',
  'a//b/./c/../d',
  '..',
  '.',
  'a/../../../../b',
  'a\\..\\b',
  'a\0b',
  'C:\\x',
])('a key is never taken for a path: %j', async (key) => {
  const { url } = emulator;
  expect((await sendSigned(url, { method: 'PUT', key, body: key })).status).toBe(200);
  expect((await sendSigned(url, { key })).text).toBe(key);
  const list = await sendSigned(url, { query: { prefix: key, 'encoding-type': 'url' } });
  expect(list.text).toContain(`<Key>${percentEncode(key)}</Key>`);
  expect((await readdir(emulator.dataDir)).toSorted()).toEqual([
    'callback-key.pem',
    'data',
    'eventbridge-signing.pem',
    'incoming',
    'metadata',
    'smq-signing.pem',
  ]);
  expect((await sendSigned(url, { method: 'DELETE', key })).status).toBe(204);
});

test('a key of control characters is deleted by references, and listed as references', async () => {
  const { url } = emulator;
  const key = '\u0001\f\u001F';
  await sendSigned(url, { method: 'PUT', key, body: 'x' });
  expect((await sendSigned(url, {})).text).toContain('<Key>&#x1;&#xc;&#x1f;</Key>');
  const body = '<Delete><Object><Key>&#x01;&#x0C;&#x1F;</Key></Object></Delete>';
  const query = { delete: '', 'encoding-type': 'url' };
  const deleted = await sendSigned(url, { method: 'POST', query, body });
  expect(deleted.text).toContain('<Key>%01%0C%1F</Key>');
  expect((await sendSigned(url, { key })).status).toBe(404);
});

describe('a text', () => {
  const text = 'a'.repeat(1024);
  const gzip = { 'accept-encoding': 'deflate, gzip' };
  const read = async (body: string, type: string, headers: Record<string, string>) => {
    const given = { 'content-type': type };
    await sendSigned(emulator.url, { method: 'PUT', key: 'text', body, headers: given });
    return sendSigned(emulator.url, { key: 'text', headers });
  };

  test('of 1 KB is compressed for who takes it', async () => {
    const { headers, body } = await read(text, 'text/plain; charset=utf-8', gzip);
    expect(headers).toMatchObject({ 'content-encoding': 'gzip', 'transfer-encoding': 'chunked' });
    expect([headers['content-length'], headers['etag']]).toEqual([undefined, undefined]);
    expect(gunzipSync(body).toString()).toBe(text);
    const head = await sendSigned(emulator.url, { method: 'HEAD', key: 'text', headers: gzip });
    expect(head.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'Accept-Encoding' });
    expect(head.headers['content-length']).toBeUndefined();
  });

  test.each([
    ['that is shorter', text.slice(1), 'text/plain', gzip],
    ['that is a picture', text, 'image/png', gzip],
    ['for who does not take it', text, 'text/plain', { 'accept-encoding': 'gzip;q=0, br' }],
    ['for who wants a part of it', text, 'text/plain', { ...gzip, range: 'bytes=0-1023' }],
  ])('is sent as it is %s', async (_, body, type, headers) => {
    const answer = await read(body, type, headers);
    expect([answer.headers['content-encoding'], answer.text]).toEqual([undefined, body]);
  });
});

describe('a read', () => {
  const key = 'range';
  beforeAll(() => emulator.client().put(key, Buffer.from('0123456789')));
  const read = (headers: Record<string, string>) => sendSigned(emulator.url, { key, headers });

  test.each([
    ['bytes=0-3', 206, '0123', 'bytes 0-3/10'],
    ['bytes=7-', 206, '789', 'bytes 7-9/10'],
    ['bytes=-2', 206, '89', 'bytes 8-9/10'],
    ['bytes=-50', 206, '0123456789', 'bytes 0-9/10'],
    ['bytes=5-50', 200, '0123456789', undefined],
    ['bytes=50-', 200, '0123456789', undefined],
    ['bytes=3-1', 200, '0123456789', undefined],
    ['bytes=0-1,3-4', 200, '0123456789', undefined],
    ['bytes=a-b', 200, '0123456789', undefined],
    ['bytes=-', 200, '0123456789', undefined],
    ['lines=0-1', 200, '0123456789', undefined],
  ])('of range %s', async (range, status, text, contentRange) => {
    const answer = await read({ range });
    expect([answer.status, answer.text, answer.headers['content-range']]).toEqual([
      status,
      text,
      contentRange,
    ]);
  });

  test.each([
    ['bytes=5-50', 206, '56789'],
    ['bytes=3-1', 200, '0123456789'],
    ['bytes=10-', 416, expect.stringContaining('<Code>InvalidRange</Code>')],
    ['bytes=50-60', 416, expect.stringContaining('<Code>InvalidRange</Code>')],
  ])('of range %s with standard behaviour', async (range, status, text) => {
    const answer = await read({ range, 'x-oss-range-behavior': 'standard' });
    expect([answer.status, answer.text]).toEqual([status, text]);
  });

  test('of the last 0 bytes has no answer', async () => {
    expect((await read({ range: 'bytes=-0' })).status).toBe(416);
  });

  const etag = md5(Buffer.from('0123456789'));
  const past = 'Thu, 01 Jan 2015 00:00:00 GMT';
  const future = 'Thu, 01 Jan 2099 00:00:00 GMT';
  test.each([
    [{ 'if-match': `"${etag}"` }, 200],
    [{ 'if-match': etag }, 200],
    [{ 'if-match': '"0"' }, 412],
    [{ 'if-none-match': `"${etag}"` }, 304],
    [{ 'if-none-match': '"0"' }, 200],
    [{ 'if-modified-since': past }, 200],
    [{ 'if-modified-since': future }, 304],
    [{ 'if-unmodified-since': past }, 412],
    [{ 'if-unmodified-since': future }, 200],
  ] as [Record<string, string>, number][])('with condition %j is answered %i', async (headers, status) => {
    expect((await read(headers)).status).toBe(status);
  });
});

test('an object whose bytes are gone from the disk is an error, and looked up no further', async () => {
  const damaged = 'damaged';
  const source = `/${damaged}/k`;
  await sendSigned(emulator.url, { method: 'PUT', bucket: damaged });
  const file = await addedDataFile(emulator.dataDir, () =>
    sendSigned(emulator.url, { method: 'PUT', bucket: damaged, key: 'k', body: 'x' }),
  );
  await rm(file);
  for (const request of [
    { bucket: damaged, key: 'k' },
    { method: 'PUT', key: 'copy', headers: { 'x-oss-copy-source': source } },
  ]) {
    const { status, text } = await sendSigned(emulator.url, request);
    expect([status, elementOf(text, 'Code')]).toEqual([500, 'InternalError']);
  }
});

test('uploads of one key at once leave one of them, whole, on disk and in memory', async () => {
  const { url } = emulator;
  const bodies = Array.from({ length: 12 }, (_, index) => String(index).repeat(10_000 + index));
  await Promise.all(bodies.map((body) => sendSigned(url, { method: 'PUT', key: 'race', body })));
  const before = (await sendSigned(url, { key: 'race' })).text;
  expect(bodies).toContain(before);
  await emulator.restart();
  expect((await sendSigned(emulator.url, { key: 'race' })).text).toBe(before);
});

test('of uploads that may not replace each other one wins', async () => {
  const { url } = emulator;
  const headers = { 'x-oss-forbid-overwrite': 'true' };
  const puts = Array.from({ length: 8 }, () =>
    sendSigned(url, { method: 'PUT', key: 'once', body: 'x', headers }),
  );
  const statuses = (await Promise.all(puts)).map(({ status }) => status);
  expect(statuses.toSorted()).toEqual([200, ...Array.from({ length: 7 }, () => 409)]);
  expect(await readdir(join(emulator.dataDir, 'incoming'))).toEqual([]);
});

test('what is stored survives a restart; what was left half-done does not', async () => {
  const client = emulator.client();
  await client.put('kept/中', Buffer.from('kept'), { meta: { uid: 1, pid: 2 } });
  const upload = await client.initMultipartUpload('parts');
  await emulator.restart();
  const after = emulator.client();
  const { content, res } = await after.get('kept/中');
  expect([content.toString(), (res.headers as Record<string, string>)['x-oss-meta-uid']]).toEqual([
    'kept',
    '1',
  ]);
  expect((await after.listV2({ prefix: 'kept/' } as never, {})).objects).toHaveLength(1);
  await after.abortMultipartUpload('parts', upload.uploadId);
  expect(await readdir(join(emulator.dataDir, 'incoming'))).toEqual([]);
});
