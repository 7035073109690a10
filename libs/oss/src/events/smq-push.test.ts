import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { checkSmqPush, certHostsOf, readCertUrl, signSmqPush, smqContentMd5, verifySmqPush } from '#oss';
import { readVectors } from '../../test-data/vectors.js';

const { smqPush: real } = readVectors('events');
const realKey = createPublicKey({
  key: Buffer.from(real.publicKeySpkiBase64, 'base64'),
  format: 'der',
  type: 'spki',
});
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
const code = (name: string) => expect.objectContaining({ code: `event.${name}` });

describe('the signature of a push of SMQ', () => {
  test('holds for a real one', () => {
    expect(verifySmqPush({ rawTarget: real.target, headers: real.headers }, realKey)).toBe(true);
  });

  test.each(Object.keys(real.headers).filter((name) => name !== 'authorization'))(
    'covers the header %s',
    (name) => {
      const changed = { ...real.headers, [name]: `${real.headers[name]}0` };
      const { [name]: _, ...without } = real.headers;
      expect(verifySmqPush({ rawTarget: real.target, headers: changed }, realKey)).toBe(false);
      expect(verifySmqPush({ rawTarget: real.target, headers: without }, realKey)).toBe(false);
    },
  );

  test('covers the path, and holds with and without the query', () => {
    const headers = { 'x-mns-version': '2015-06-06' };
    const signed = { ...headers, authorization: signSmqPush({ rawTarget: '/a', headers }, privateKey) };
    expect(verifySmqPush({ rawTarget: '/a?b=1', headers: signed }, publicKey)).toBe(true);
    expect(verifySmqPush({ rawTarget: '/b', headers: signed }, publicKey)).toBe(false);
    const withQuery = {
      ...headers,
      authorization: signSmqPush({ rawTarget: '/a?b=1', headers }, privateKey),
    };
    expect(verifySmqPush({ rawTarget: '/a?b=1', headers: withQuery }, publicKey)).toBe(true);
    expect(verifySmqPush({ rawTarget: '/a?b=2', headers: withQuery }, publicKey)).toBe(false);
  });

  test('is no signature without base64', () => {
    const push = (authorization?: string) => ({
      rawTarget: '/a',
      headers: { authorization },
    });
    expect(() => verifySmqPush(push(), publicKey)).toThrow(code('signature_missing'));
    expect(() => verifySmqPush(push('not base64'), publicKey)).toThrow(code('signature_malformed'));
    expect(verifySmqPush(push('AAAA'), publicKey)).toBe(false);
  });
});

describe('the body and the date of a push', () => {
  const body = Buffer.from('{"events":[]}');
  const date = 'Wed, 29 Mar 2023 08:41:27 GMT';
  const at = (minutes: number, seconds = 0) => new Date(Date.parse(date) + (minutes * 60 + seconds) * 1000);

  test.each([
    ['upper-case hex', '7C29AE49A296FAE31B7A8F763361D24E'],
    ['lower-case hex', '7c29ae49a296fae31b7a8f763361d24e'],
    ['base64 of the bytes', 'fCmuSaKW+uMbeo92M2HSTg=='],
    ['base64 of the hex', 'N2MyOWFlNDlhMjk2ZmFlMzFiN2E4Zjc2MzM2MWQyNGU='],
  ])('takes a Content-MD5 in %s', (_, md5) => {
    expect(() => checkSmqPush({ date, 'content-md5': md5 }, body, at(0))).not.toThrow();
    expect(() => checkSmqPush({ date, 'content-md5': md5 }, Buffer.from('{}'), at(0))).toThrow(
      code('body_mismatch'),
    );
  });

  test('refuses a body without checksum: nothing would tie it to the signature', () => {
    expect(() => checkSmqPush({ date }, body, at(0))).toThrow(code('body_mismatch'));
  });

  test('takes a date of the last and the next 15 minutes', () => {
    const headers = { date, 'content-md5': smqContentMd5(body) };
    for (const now of [at(15), at(-15)]) expect(() => checkSmqPush(headers, body, now)).not.toThrow();
    for (const now of [at(15, 1), at(-15, -1)])
      expect(() => checkSmqPush(headers, body, now)).toThrow(code('expired'));
    for (const text of [undefined, '', 'now'])
      expect(() => checkSmqPush({ ...headers, date: text }, body, at(0))).toThrow(code('expired'));
  });
});

describe('readCertUrl', () => {
  const hosts = [...certHostsOf('smq', 'cn-beijing'), 'localhost:9000', 'emulator:9000', 'example.com:8080'];
  const encode = (text: string) => Buffer.from(text).toString('base64');
  const read = (value?: string) => readCertUrl({ 'x-mns-signing-cert-url': value }, 'smq', hosts).href;

  test.each([
    [
      real.headers['x-mns-signing-cert-url'] ?? '',
      'https://mnstest.oss-cn-hangzhou.aliyuncs.com/x509_public_certificate.pem',
    ],
    [
      encode('http://mns-cert.oss-cn-beijing.aliyuncs.com/a.pem'),
      'https://mns-cert.oss-cn-beijing.aliyuncs.com/a.pem',
    ],
    [
      encode('https://mns-cert.oss-cn-beijing.aliyuncs.com:443/a.pem'),
      'https://mns-cert.oss-cn-beijing.aliyuncs.com/a.pem',
    ],
    [encode('http://localhost:9000/a.pem'), 'http://localhost:9000/a.pem'],
    [encode('http://emulator:9000/a.pem'), 'http://emulator:9000/a.pem'],
    [encode('http://example.com:8080/a.pem'), 'https://example.com:8080/a.pem'],
  ])('reads %s, by https unless it is of our own', (value, url) => {
    expect(read(value)).toBe(url);
  });

  test('knows the host of EventBridge, and its URL as it is', () => {
    const url = 'https://cn-beijing-eventbridge.oss-accelerate.aliyuncs.com/a.pem';
    const headers = { 'x-eventbridge-signature-url': url };
    expect(readCertUrl(headers, 'eventbridge', certHostsOf('eventbridge', 'cn-beijing')).href).toBe(url);
  });

  test.each([
    'https://evil.example/a.pem',
    'https://mns-cert.oss-cn-beijing.aliyuncs.com.evil.example/a.pem',
    'https://mns-cert.oss-cn-beijing.aliyuncs.com./a.pem',
    'https://mns-cert.oss-cn-beijing.aliyuncs.com:8443/a.pem',
    'https://evil.oss-cn-beijing.aliyuncs.com/a.pem',
    'http://localhost/a.pem',
    'http://127.0.0.1:9000/a.pem',
  ])('refuses another host: %s', (url) => {
    expect(() => read(encode(url))).toThrow(code('cert_host_forbidden'));
  });

  test.each([
    '!!',
    encode('https://mns-cert.oss-cn-beijing.aliyuncs.com/a.pem?x=1'),
    encode('https://mns-cert.oss-cn-beijing.aliyuncs.com/a.pem#x'),
    encode('https://mns-cert.oss-cn-beijing.aliyuncs.com/a.txt'),
    encode('https://a@mns-cert.oss-cn-beijing.aliyuncs.com/a.pem'),
    encode('https://mns-cert.oss-cn-beijing.aliyuncs.com\\@evil.example/a.pem'),
    encode('ftp://mns-cert.oss-cn-beijing.aliyuncs.com/a.pem'),
  ])('refuses what is no plain URL of a .pem: %s', (value) => {
    expect(() => read(value)).toThrow(code('cert_url_malformed'));
  });

  test('tells a missing header', () => {
    expect(() => read()).toThrow(code('cert_url_missing'));
  });
});
