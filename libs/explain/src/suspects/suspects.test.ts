import { constants, createHash, createPrivateKey, createPublicKey, privateEncrypt, sign } from 'node:crypto';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { type CapturedCallback, explainCallback } from '../index.js';
import { readCapturedCallback } from '../index.js';
import { signCallback } from '#oss';
import { readVectors } from '../../../oss/test-data/vectors.js';

const vectors = readVectors('callback-signatures');
const privateKey = createPrivateKey(vectors.testKeys.rsa512.privateKeyPem);
const otherKey = createPrivateKey(vectors.testKeys.rsa2048.privateKeyPem);
const settings = {
  key: createPublicKey(vectors.testKeys.rsa512.publicKeyPem),
  keySource: 'test',
  pinned: false,
  allowedHosts: ['gosspublic.alicdn.com'],
  pathPrefix: '',
  hashedBytesMax: 67_108_864,
  body: {},
};
const target = '/callbacks/oss?tenant=a%20b&n=1';
const form = 'bucket=b&object=%E7%9B%AE%2Fb%20c.jpg&x:u=caf%C3%A9';
const json = '{"bucket": "b", "object": "目/é.jpg", "size": 12}';

/** One that was signed as `sent`, and arrived otherwise. */
function capture(sent: { target?: string; body?: string }, received: Partial<CapturedCallback> = {}) {
  const body = sent.body ?? form;
  const rawTarget = sent.target ?? target;
  return {
    method: 'POST',
    rawTarget,
    body: Buffer.from(body),
    ...received,
    headers: {
      authorization: signCallback(rawTarget, Buffer.from(body), privateKey),
      'x-oss-pub-key-url': keyUrl,
      'content-type': body.startsWith('{') ? 'application/json' : 'application/x-www-form-urlencoded',
      ...received.headers,
    },
  };
}
const keyUrl = Buffer.from('https://gosspublic.alicdn.com/callback_pub_key_v1.pem').toString('base64');
const linesOf = (captured: CapturedCallback, more: object = {}) =>
  explainCallback(captured, { ...settings, ...more }).steps.flatMap(({ lines }) => lines);
const causeOf = (captured: CapturedCallback, more: object = {}) =>
  linesOf(captured, more)
    .filter((line) => line.startsWith('likely cause: '))
    .join('\n');
const bodyOf = (text: string) => ({ body: Buffer.from(text) });

describe('what happened to the body', () => {
  const gbkName = Buffer.from([0xc4, 0xbf]);
  const changes: [string, string, Buffer, RegExp][] = [
    ['JSON written compactly', json, Buffer.from(JSON.stringify(JSON.parse(json))), /JSON was parsed/],
    [
      'JSON with its members sorted',
      '{"size":12,"object":"a.jpg","bucket":"b"}',
      Buffer.from('{"bucket": "b", "object": "a.jpg", "size": 12}'),
      /members reordered/,
    ],
    ['a form with %20 as +', form, Buffer.from(form.replace('%20', '+')), /\+ for %20/],
    ['a form with + as %20', 'object=a+b', Buffer.from('object=a%20b'), /%20 for \+/],
    [
      'a form with its fields sorted',
      'x:u=1&size=2&bucket=b',
      Buffer.from('bucket=b&size=2&x:u=1'),
      /fields of the form were reordered/,
    ],
    ['percent-decoded', form, Buffer.from(decodeURIComponent(form)), /percent-decoded/],
    ['Latin-1 bytes', '{"object":"é"}', Buffer.from('{"object":"é"}', 'latin1'), /UTF-8 to Latin-1/],
    [
      'UTF-8 twice',
      '{"object":"é"}',
      Buffer.from(Buffer.from('{"object":"é"}').toString('latin1')),
      /read as Latin-1/,
    ],
    [
      'GBK bytes',
      '{"object":"目"}',
      Buffer.concat([Buffer.from('{"object":"'), gbkName, Buffer.from('"}')]),
      /UTF-8 to GBK/,
    ],
    [
      'GBK in a form',
      'object=%E7%9B%AE.jpg&bucket=b',
      Buffer.from('object=%C4%BF.jpg&bucket=b'),
      /UTF-8 to GBK/,
    ],
    ['UTF-16', 'bucket=b', Buffer.from('bucket=b', 'utf16le'), /UTF-8 to UTF-16LE/],
    ['CRLF for LF', '{\n"object":"a"\n}', Buffer.from('{\r\n"object":"a"\r\n}'), /LF to CRLF/],
    ['LF for CRLF', '{\r\n"object":"a"\r\n}', Buffer.from('{\n"object":"a"\n}'), /CRLF to LF/],
    ['a line end more', form, Buffer.from(`${form}\r\n`), /line break was appended/],
    ['a line end less', `${form}\n`, Buffer.from(form), /line break after the body was removed/],
    ['a byte order mark less', `\ufeff${form}`, Buffer.from(form), /byte order mark was removed/],
    ['gzip', form, gzipSync(form), /compressed \(gzip\)/],
    ['deflate', form, deflateSync(form), /compressed \(deflate\)/],
    ['brotli', form, brotliCompressSync(form), /compressed \(br\)/],
  ];
  test.each(changes)('%s is told', (_, sent, received, cause) => {
    expect(causeOf(capture({ body: sent }, { body: received }))).toMatch(cause);
  });

  test('with its path changed too, both are told', () => {
    const both = capture(
      { target: '/v1/cb', body: json },
      { rawTarget: '/cb', ...bodyOf(json.trim() + '\n') },
    );
    expect(causeOf(both)).toMatch(/line break was appended.*; and .*prefix \/v1/);
  });

  test('with a path that nobody can guess, Content-MD5 tells of the body', () => {
    const contentMd5 = createHash('md5').update(form).digest('base64');
    const received = capture(
      { target: '/never/thought/of' },
      { rawTarget: '/cb', ...bodyOf(`${form}\n`), headers: { 'content-md5': contentMd5 } },
    );
    expect(causeOf(received)).toMatch(
      /line break was appended.*as Content-MD5 shows.*path or query was changed/,
    );
  });
});

describe('what happened to path and query', () => {
  const changes: [string, string, string, RegExp][] = [
    ['a prefix stripped', '/media/callbacks/oss', '/callbacks/oss', /removed the path prefix \/media/],
    ['a prefix added', '/callbacks/oss', '/inner/callbacks/oss', /added the path prefix \/inner/],
    ['the query in another order', '/cb?b=2&a=1&c=3', '/cb?a=1&b=2&c=3', /the query was reordered/],
    ['a parameter added', '/cb?a=1', '/cb?a=1&proxy=x', /query parameter "proxy" was added/],
    ['a query added', '/cb', '/cb?from=proxy', /a query was added/],
    ['the query decoded', '/cb?a=%E7%9B%AE', '/cb?a=目', /query was percent-decoded/],
    ['the path encoded again', '/a%20b', '/a%2520b', /percent-encoded again/],
    ['the path decoded', '/a%2520b', '/a%20b', /path was percent-decoded/],
  ];
  test.each(changes)('%s is told', (_, sent, received, cause) => {
    expect(causeOf(capture({ target: sent }, { rawTarget: received }))).toMatch(cause);
  });

  test.each(['x-original-uri', 'x-original-url', 'x-forwarded-uri', 'x-envoy-original-path'])(
    'a dropped query is told when %s holds it',
    (name) => {
      const received = capture({}, { rawTarget: '/callbacks/oss', headers: { [name]: target } });
      expect(causeOf(received)).toMatch(name);
    },
  );

  test('a dropped query is told when the callback URL is given', () => {
    const received = capture({}, { rawTarget: '/callbacks/oss' });
    expect(causeOf(received)).toBe('');
    expect(causeOf(received, { callbackUrl: `https://media.example${target}#x` })).toMatch(
      /path or query was changed: the callback was sent to "\/callbacks\/oss\?tenant/,
    );
    expect(causeOf(received, { callbackUrl: 'no URL' })).toBe('');
  });

  test('CALLBACK_PATH_PREFIX that is one too many is told', () => {
    expect(causeOf(capture({}), { pathPrefix: '/media' })).toMatch(/CALLBACK_PATH_PREFIX=\/media is set/);
    expect(explainCallback(capture({}), { ...settings, pathPrefix: '/media' }).holds).toBe(false);
  });

  test('a prefix that the settings name is none', () => {
    const received = capture({ target: '/media/cb' }, { rawTarget: '/cb' });
    expect(explainCallback(received, { ...settings, pathPrefix: '/media' }).holds).toBe(true);
  });
});

describe('what happened to the headers', () => {
  const withHeaders = (headers: Record<string, string>, body = form) => capture({ body }, { headers });

  test.each([
    ['authorization', /stripped it/],
    ['x-oss-pub-key-url', /key_url_missing/],
    ['content-type', /missing: content-type/],
  ])('%s that is gone is told', (name, message) => {
    const received = withHeaders({ [name]: '' });
    expect(linesOf(received).join('\n')).toMatch(message);
    expect(linesOf(received).join('\n')).toContain(`missing: ${name}`);
  });

  test.each([
    [
      'JSON that calls itself a form',
      json,
      'application/x-www-form-urlencoded',
      /content type: the body is JSON/,
    ],
    ['a form that calls itself JSON', form, 'application/json', /content type: the body is not JSON/],
  ])('%s is told, and its signature holds', (_, body, type, cause) => {
    const received = withHeaders({ 'content-type': type }, body);
    expect(causeOf(received)).toMatch(cause);
    expect(explainCallback(received, settings).holds).toBe(true);
  });

  test('a content encoding and another signature version are told', () => {
    expect(linesOf(withHeaders({ 'content-encoding': 'gzip' })).join('\n')).toMatch(/"gzip": something/);
    expect(linesOf(withHeaders({ 'x-oss-signature-version': '2.0' })).join('\n')).toMatch(/"2.0"; only 1.0/);
  });

  test('a key from a host that is not allowed is told, unless the key is pinned', () => {
    const headers = { 'x-oss-pub-key-url': Buffer.from('https://evil.example/k.pem').toString('base64') };
    expect(linesOf(withHeaders(headers)).join('\n')).toMatch(/evil\.example.*key_host_forbidden/);
    expect(explainCallback(withHeaders(headers), settings).holds).toBe(false);
    expect(explainCallback(withHeaders(headers), { ...settings, pinned: true }).holds).toBe(true);
  });
});

describe('what is wrong with the signature', () => {
  const stringToSign = Buffer.from(`/callbacks/oss?tenant=a%20b&n=1\n${form}`);
  const signedBy = (signature: Buffer) =>
    capture({}, { headers: { authorization: signature.toString('base64') } });

  test.each(['sha1', 'sha256'])('another digest is told: %s', (digest) => {
    const cause = causeOf(signedBy(sign(digest, stringToSign, privateKey)));
    expect(cause).toMatch(/it covers SHA-(1|256), but OSS uses MD5/);
  });

  test('bytes that are no digest are told', () => {
    const bare = privateEncrypt(
      { key: privateKey, padding: constants.RSA_PKCS1_PADDING },
      createHash('md5').update(stringToSign).digest(),
    );
    expect(causeOf(signedBy(bare))).toMatch(/it covers an unknown digest/);
  });

  test('the key of another environment is told, by its size too', () => {
    const received = signedBy(sign('md5', stringToSign, otherKey));
    expect(causeOf(received)).toMatch(/key of another environment/);
    expect(linesOf(received).join('\n')).toMatch(/has 256 bytes, but this key makes signatures of 64/);
  });

  test.each(['OSS key-id:c2lnbmF0dXJl', 'OSS4-HMAC-SHA256 Credential=a/b,Signature=00'])(
    'the signature of a request is no callback signature: %s',
    (authorization) => {
      expect(causeOf(capture({}, { headers: { authorization } }))).toMatch(/not a callback from OSS/);
    },
  );
});

describe('the explanation', () => {
  const nonce = `019bbd8e-7b00-7000-8000-000000000001.1768469400.${'m4C_-'.repeat(9).slice(0, 43)}`;

  test('shows no signature, no ticket nonce and no other secret', () => {
    const body = `bucket=b&object=a&x:ticket=${nonce}&x:token=s3cret-one`;
    const withSecrets = capture(
      { target: '/cb?password=s3cret-two', body },
      { rawTarget: '/cb?password=s3cret-two&x=1', headers: { 'content-type': 'text/plain' } },
    );
    const text = linesOf(withSecrets).join('\n');
    expect(text).toMatch(/parameter "x" was added/);
    expect(text).not.toMatch(/s3cret|m4C/);
    expect(text).not.toContain(withSecrets.headers.authorization.slice(0, 12));
  });

  test('of a large body ends, and says that it did not try everything', () => {
    const large = `object=${'a%20'.repeat(500_000)}`;
    const lines = linesOf(capture({ body: large }, bodyOf(`${large}x`)), { hashedBytesMax: 33_554_432 });
    expect(lines.join('\n')).toMatch(/not all combinations/);
  });

  const hostile: [string, Partial<CapturedCallback>][] = [
    ['half a surrogate pair in JSON', bodyOf('{"a":"\\ud800","b":"\\udc00"}')],
    ['members that are called toString', bodyOf('{"a":{"toString":1,"valueOf":2},"__proto__":3}')],
    ['deep nesting', bodyOf(`{"a":${'['.repeat(300_000)}${']'.repeat(300_000)}}`)],
    ['half a surrogate pair in the query', { rawTarget: '/cb?a=\ud800&b=%ed%a0%80' }],
    ['nothing', { rawTarget: '', body: Buffer.alloc(0) }],
    ['a bomb', { body: gzipSync(Buffer.alloc(20_000_000)) }],
    ['lengths that are none', { headers: { 'content-length': 'x', 'x-forwarded-prefix': '\u0000' } }],
  ];
  test.each(hostile)('of %s never throws', (_, received) => {
    expect(explainCallback(capture({}, received), settings).steps.length).toBeGreaterThan(5);
  });

  test('of log lines takes the last that holds a request', () => {
    const line = (path: string) =>
      JSON.stringify({ msg: 'x', request: { target: path, headers: {}, body: '' } });
    const file = [line('/a'), line('/b'), '{"msg":"another"}', ''].join('\n');
    expect(readCapturedCallback(Buffer.from(file)).rawTarget).toBe('/b');
  });
});
