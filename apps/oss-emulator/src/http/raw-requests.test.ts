import { describe, expect, test } from 'vitest';
import { signRequestV1, signRequestV4 } from '#oss';
import { createLogger } from '#runtime';
import { bucket, credentials, region, useEmulator } from '../fixtures/emulator.fixture.js';
import { elementOf, sendBytes, sendSigned } from '../fixtures/requests.fixture.js';

const lines: Record<string, unknown>[] = [];
const logger = createLogger('oss-emulator', 'info', {
  destination: { write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
});
const emulator = useEmulator({ logger });

const signed = (method: string, objectKey: string, version: 'V1' | 'V4' = 'V4') => {
  const request = { method, bucket, objectKey, query: {}, headers: {} };
  const headers =
    version === 'V1' ? signRequestV1(request, credentials) : signRequestV4(request, credentials, region);
  return Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
};
const request = (...head: string[]) => `${head.join('\r\n')}\r\n\r\n`;
const read = async (key: string) => (await sendSigned(emulator.url, { key })).text;

describe('the SDK for C', () => {
  test.each(['V1', 'V4'] as const)(
    'stores with both lengths and an encoded slash, by %s',
    async (version) => {
      const key = `dir/a b+c%d/中文'"&?#-${version}.txt`;
      for (const [host, path] of [
        ['127.0.0.1', `/${encodeURIComponent(`${bucket}/${key}`)}`],
        [`${bucket}.localhost`, `/${encodeURIComponent(key)}`],
      ] as const) {
        const text = `More than just ${host}.`;
        const head = request(
          `PUT ${path} HTTP/1.1`,
          `Host: ${host}`,
          'Accept: */*',
          'Transfer-Encoding: chunked',
          `Content-Length: ${text.length}`,
          ...signed('PUT', key, version),
          'Connection: close',
        );
        const answer = await sendBytes(
          emulator.url,
          `${head}${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`,
        );
        expect(answer).toMatch(/^HTTP\/1\.1 200 /);
        expect(await read(key)).toBe(text);
      }
    },
  );
});

describe('the emulator takes', () => {
  test('an absolute URL as request target, as a proxy', async () => {
    await sendSigned(emulator.url, { method: 'PUT', key: 'absolute', body: 'here' });
    for (const url of [
      `http://127.0.0.1:1/${bucket}/absolute`,
      `http://${bucket}.oss-cn-hangzhou.aliyuncs.com/absolute`,
    ]) {
      const answer = await sendBytes(
        emulator.url,
        request(`GET ${url} HTTP/1.1`, 'Host: other', ...signed('GET', 'absolute'), 'Connection: close'),
      );
      expect(answer).toMatch(/^HTTP\/1\.1 200 [^]*\r\n\r\nhere$/);
    }
  });

  test('a GET that announces a body and sends none', async () => {
    await sendSigned(emulator.url, { method: 'PUT', key: 'announced', body: 'here' });
    const answer = await sendBytes(
      emulator.url,
      request(
        `GET /${bucket}/announced HTTP/1.1`,
        'Host: localhost',
        'Content-Length: 9',
        ...signed('GET', 'announced'),
      ),
    );
    expect(answer).toMatch(/^HTTP\/1\.1 200 [^]*connection: close\r\n[^]*\r\n\r\nhere$/);
  });

  test('HTTP/1.0 without a host', async () => {
    await sendSigned(emulator.url, { method: 'PUT', key: 'old', body: 'here' });
    const answer = await sendBytes(
      emulator.url,
      request(`GET /${bucket}/old HTTP/1.0`, ...signed('GET', 'old')),
    );
    expect(answer).toMatch(/^HTTP\/1\.1 200 [^]*\r\n\r\nhere$/);
  });

  test.each(['100-continue', 'something'])('Expect: %s', async (expectation) => {
    const head = [`PUT /${bucket}/expected HTTP/1.1`, 'Host: localhost', `Expect: ${expectation}`];
    const answer = await sendBytes(
      emulator.url,
      request(...head, ...signed('PUT', 'expected'), 'Content-Length: 4', 'Connection: close') + 'body',
    );
    expect(answer.startsWith('HTTP/1.1 100 ')).toBe(expectation === '100-continue');
    expect(answer).toMatch(/HTTP\/1\.1 200 /);
  });
});

describe('what is no request', () => {
  const get = [`GET /${bucket}/k HTTP/1.1`, 'Host: localhost'];
  const put = [`PUT /${bucket}/k HTTP/1.1`, 'Host: localhost'];

  test.each([
    ['no HTTP', 'hello\r\n\r\n', 'BadRequest'],
    ['TLS', '\u0016\u0003\u0001\u0002\u0000\u0001\u0000', 'BadRequest'],
    ['a method that there is not', request('FOO / HTTP/1.1'), 'BadRequest'],
    ['a target that is not encoded', request('GET /b/中文 HTTP/1.1', 'Host: localhost'), 'BadRequest'],
    ['a header of 100 KB', request(...get, `x-oss-meta-a: ${'a'.repeat(100_000)}`), 'BadRequest'],
    ['no header', request(...get, 'nonsense'), 'BadRequest'],
    ['two lengths', `${request(...put, 'Content-Length: 2', 'Content-Length: 3')}abc`, 'BadRequest'],
    ['a length that is no number', request(...put, 'Content-Length: two'), 'BadRequest'],
    ['a head that breaks off', `GET /${bucket}/k HTTP/1.1\r\nHost: lo`, 'BadRequest'],
    ['no host', request('GET / HTTP/1.1', 'Connection: close'), 'BadRequest'],
    [
      'a chunk without a size',
      `${request(...put, ...signed('PUT', 'k'), 'Transfer-Encoding: chunked')}zz\r\nab`,
      'BadRequest',
    ],
    [
      'a body that is shorter than its length',
      `${request(...put, ...signed('PUT', 'k'), 'Content-Length: 5')}abc`,
      'IncompleteBody',
    ],
    [
      'another transfer coding',
      `${request(...put, ...signed('PUT', 'k'), 'Transfer-Encoding: gzip', 'Connection: close')}abc`,
      'NotImplemented',
    ],
  ])('is refused in XML: %s', async (name, bytes, code) => {
    lines.length = 0;
    const answer = await sendBytes(emulator.url, bytes, /breaks off|shorter/.test(name));
    expect(answer).toMatch(
      code === 'NotImplemented' ? /^HTTP\/1\.1 501 / : /^HTTP\/1\.1 400 Bad Request\r\n/,
    );
    expect(answer).toMatch(/\r\ncontent-type: application\/xml\r\n/i);
    expect(elementOf(answer, 'Code')).toBe(code);
    const [, requestId] = /\r\nx-oss-request-id: (\S+)\r\n/.exec(answer) ?? [];
    expect(requestId).toMatch(/^[0-9A-F]{24}$/);
    expect(elementOf(answer, 'RequestId')).toBe(requestId);
    expect(lines).toContainEqual(expect.objectContaining({ requestId, code }));
    expect(JSON.stringify(lines).length).toBeLessThan(2_000);
  });

  test('is told in the log without signatures', async () => {
    lines.length = 0;
    await sendBytes(
      emulator.url,
      request('GET /b/k?Signature=topsecret HTTP/1.1', 'Host: localhost', 'nonsense'),
    );
    expect(lines.filter(({ level }) => level === 40)).toEqual([
      expect.objectContaining({ parser: 'HPE_INVALID_HEADER_TOKEN', line: 'GET /b/k?…' }),
    ]);
  });

  test('after a request leaves that one its answer', async () => {
    const head = request(...put, ...signed('PUT', 'k'), 'Content-Length: 4');
    const answer = await sendBytes(emulator.url, `${head}bodyBODY`);
    expect(answer).toMatch(/^HTTP\/1\.1 200 [^]*HTTP\/1\.1 400 /);
    expect(await read('k')).toBe('body');
  });

  test('by CONNECT is refused', async () => {
    const answer = await sendBytes(
      emulator.url,
      request('CONNECT example.com:80 HTTP/1.1', 'Host: localhost'),
    );
    expect(answer).toMatch(/^HTTP\/1\.1 405 [^]*MethodNotAllowed/);
  });
});
