import { createPublicKey, createPrivateKey } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { explainCallback } from './index.js';
import { readCapturedCallback } from './index.js';
import { signCallback } from '#oss';
import { readVectors } from '../../oss/test-data/vectors.js';

const vectors = readVectors('callback-signatures');
const privateKey = createPrivateKey(vectors.testKeys.rsa512.privateKeyPem);
const publicKey = createPublicKey(vectors.testKeys.rsa512.publicKeyPem);
const formType = 'application/x-www-form-urlencoded';
const keyUrl = Buffer.from('https://gosspublic.alicdn.com/callback_pub_key_v1.pem').toString('base64');
const settings = {
  key: publicKey,
  keySource: 'test',
  pinned: false,
  allowedHosts: ['gosspublic.alicdn.com'],
  pathPrefix: '',
  hashedBytesMax: 67_108_864,
  body: {},
};
const body = 'bucket=b&object=a%2Fb%20c.jpg&x:u=1';

function captured(
  sent: { target?: string; body?: string },
  received: { target?: string; body?: string; headers?: object },
) {
  const target = sent.target ?? '/callbacks/oss?a=1&b=x%20y';
  const sentBody = sent.body ?? body;
  return readCapturedCallback(
    Buffer.from(
      JSON.stringify({
        target: received.target ?? target,
        headers: {
          authorization: signCallback(target, Buffer.from(sentBody), privateKey),
          'X-Oss-Pub-Key-Url': keyUrl,
          'content-type': formType,
          ...received.headers,
        },
        bodyBase64: Buffer.from(received.body ?? sentBody).toString('base64'),
      }),
    ),
  );
}
const textOf = (explained: ReturnType<typeof explainCallback>) =>
  explained.steps.flatMap(({ lines }) => lines).join('\n');

describe('a captured callback', () => {
  test('that is as OSS sent it holds', () => {
    const explained = explainCallback(captured({}, {}), settings);
    expect(explained.holds).toBe(true);
    expect(explained.steps.every(({ verdict }) => verdict === 'ok')).toBe(true);
  });

  test('of a real OSS holds with its key, from raw HTTP', () => {
    const real = vectors.real.find(({ id }) => id === 'cb-real-issue272');
    const raw = `POST ${real?.target} HTTP/1.1\r\nAuthorization: ${real?.authorization}\r\nx-oss-pub-key-url: ${keyUrl}\r\nContent-Type: ${formType}\r\n\r\n${real?.body}`;
    const key = createPublicKey(vectors.productionKey.publicKeyPem);
    const request = readCapturedCallback(Buffer.from(raw));
    expect(explainCallback(request, { ...settings, key }).steps[4]?.verdict).toBe('ok');
    expect(textOf(explainCallback(request, settings))).toMatch(/key of real OSS/);
  });

  test('is read in no time, whatever stands in its headers', () => {
    // It would take minutes if the pattern ran back and forth.
    const raw = `POST /cb HTTP/1.1\r\nvia: \t a${' '.repeat(1_000_000)}b \t\r\n\r\n`;
    expect(readCapturedCallback(Buffer.from(raw)).headers['via']).toMatch(/^a +b$/);
  });

  const changed: [string, Parameters<typeof captured>[0], Parameters<typeof captured>[1], RegExp][] = [
    ['a prefix taken away', { target: '/api/cb' }, { target: '/cb' }, /CALLBACK_PATH_PREFIX=\/api/],
    ['a prefix added', { target: '/cb' }, { target: '/x/cb' }, /added the path prefix \/x/],
    ['a trailing slash dropped', { target: '/cb/' }, { target: '/cb' }, /trailing slash/],
    ['a double slash joined', { target: '/a//cb' }, { target: '/a/cb' }, /merged into one slash/],
    ['a path encoded again', { target: '/a%20b' }, { target: '/a%2520b' }, /encoded again/],
    ['a query in another order', {}, { target: '/callbacks/oss?b=x%20y&a=1' }, /reordered/],
    ['a query encoded anew', {}, { target: '/callbacks/oss?a=1&b=x+y' }, /re-encoded/],
    ['an empty query', { target: '/cb' }, { target: '/cb?' }, /\? was appended/],
    [
      'a rewritten target that is told',
      {},
      { target: '/', headers: { 'x-original-uri': '/callbacks/oss?a=1&b=x%20y' } },
      /x-original-uri/,
    ],
    ['+ for %20', {}, { body: body.replace('%20', '+') }, /\+ for %20/],
    ['names encoded', {}, { body: body.replace('x:u', 'x%3Au') }, /form was parsed/],
    ['a decoded body', {}, { body: decodeURIComponent(body) }, /body was percent-decoded/],
    ['a line end', {}, { body: `${body}\n` }, /line break was appended/],
    ['a byte order mark', {}, { body: `\ufeff${body}` }, /byte order mark was added/],
    [
      'JSON without its spaces',
      { body: '{"a": "b", "n": 1}' },
      { body: '{"a":"b","n":1}' },
      /JSON was parsed/,
    ],
    ['CRLF', { body: 'a=1\nb' }, { body: 'a=1\r\nb' }, /LF to CRLF/],
    [
      'a form made JSON',
      { body: 'bucket=b&object=a%2Fb' },
      { body: '{"bucket":"b","object":"a/b"}' },
      /serialized as JSON/,
    ],
    [
      'a cut body',
      {},
      { body: 'bucket=', headers: { 'content-length': String(body.length) } },
      /truncated: it has 7 of the 35 bytes/,
    ],
    [
      'another body',
      {},
      { body: 'bucket=c', headers: { 'content-md5': 'AAAA' } },
      /Content-MD5 does not match/,
    ],
    [
      'prefix and line end',
      { target: '/api/cb' },
      { target: '/cb', body: `${body}\n` },
      /line break .*; and .*prefix \/api/,
    ],
    ['no signature', {}, { headers: { authorization: '' } }, /stripped it/],
    [
      'a foreign key host',
      {},
      { headers: { 'X-Oss-Pub-Key-Url': 'aHR0cDovL2V2aWwuZXhhbXBsZS9r' } },
      /key_host_forbidden/,
    ],
    ['another content type', {}, { headers: { 'content-type': 'text/plain' } }, /body_type_unsupported/],
    ['a broken path', {}, { target: '/%zz' }, /target_malformed/],
  ];
  test.each(changed)('with %s says so', (_, sent, received, cause) => {
    const request = captured(sent, received);
    const text = textOf(explainCallback(request, settings));
    expect(text).toMatch(cause);
    expect(text).not.toMatch(/[A-Za-z0-9+/]{80}/);
  });

  test('whose signature got a scheme says so', () => {
    const { authorization } = captured({}, {}).headers;
    const request = captured({}, { headers: { authorization: `OSS ${authorization}` } });
    const explained = explainCallback(request, settings);
    expect(explained.holds).toBe(false);
    expect(textOf(explained)).toMatch(/without scheme/);
  });

  test.each([
    '',
    '  ',
    'hello',
    '{',
    '[]',
    '{}',
    '{"target":"/a"}',
    '{"headers":{}}',
    'GET\n\n',
    'POST / HTTP/1.1\nbad\n\n',
    'POST / HTTP/1.1\na: b',
  ])('that is none is refused: %j', (text) => {
    expect(() => readCapturedCallback(Buffer.from(text))).toThrow(
      expect.objectContaining({ code: 'request.invalid' }),
    );
  });
});
