import { describe, expect, test } from 'vitest';
import { readKeyUrl } from '#oss';
import { readVectors } from '../../test-data/vectors.js';

const { pubKeyUrlChecks: checks } = readVectors('callback-signatures');
const hosts = ['gosspublic.alicdn.com'];
const encode = (text: string) => Buffer.from(text).toString('base64');
const code = (suffix: string) => expect.objectContaining({ code: `callback.key_${suffix}` });

describe('readKeyUrl', () => {
  test.each(checks.filter(({ accept }) => accept))('takes $url', ({ url, headerValue }) => {
    expect(readKeyUrl(headerValue, hosts).href).toBe(url);
  });

  test.each(checks.filter(({ accept }) => !accept))('refuses "$url"', ({ headerValue }) => {
    expect(() => readKeyUrl(headerValue, hosts)).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^callback\.key_(url|host)_/) }),
    );
  });

  test('tells a missing header', () => {
    expect(() => readKeyUrl(undefined, hosts)).toThrow(code('url_missing'));
    expect(() => readKeyUrl('', hosts)).toThrow(code('url_missing'));
  });

  test.each([
    'not base64 at all !!',
    encode('http://gosspublic.alicdn.com/k.pem').replaceAll('=', ''),
    `${encode('http://gosspublic.alicdn.com/k.pem')}\n`,
    encode('gosspublic.alicdn.com/k.pem'),
    encode('ftp://gosspublic.alicdn.com/k.pem'),
    encode('http://'),
    encode('http://gosspublic.alicdn.com\n/k.pem'),
    encode('http://gosspublic\t.alicdn.com/k.pem'),
    encode('https://gosspublic.alicdn.com\\@evil.example/k.pem'),
    encode('https://user@gosspublic.alicdn.com/k.pem'),
    encode('http://gosspublic.alicdn.com:99999/k.pem'),
    Buffer.from([0xff, 0xfe]).toString('base64'),
  ])('refuses what is not base64 of a plain http(s) URL: %j', (headerValue) => {
    expect(() => readKeyUrl(headerValue, hosts)).toThrow(code('url_malformed'));
  });

  test.each([
    'http://127.0.0.1/k.pem',
    'http://[::1]/k.pem',
    'http://gosspublic.alicdn.com./k.pem',
    'http://gosspublic.alicdn.com:8080/k.pem',
    'http://agosspublic.alicdn.com/k.pem',
    'http://gosspublic.alicdn.com.evil/k.pem',
    'http://evil/gosspublic.alicdn.com',
  ])('refuses another host: %s', (url) => {
    expect(() => readKeyUrl(encode(url), hosts)).toThrow(code('host_forbidden'));
  });

  test('compares host and port as parsed', () => {
    expect(readKeyUrl(encode('https://gosspublic.alicdn.com:443/k.pem'), hosts).port).toBe('');
    expect(readKeyUrl(encode('http://localhost:9000/k.pem'), ['localhost:9000']).host).toBe('localhost:9000');
    expect(() => readKeyUrl(encode('http://localhost/k.pem'), ['localhost:9000'])).toThrow(
      code('host_forbidden'),
    );
    expect(() => readKeyUrl(encode('http://localhost:9000/k.pem'), [])).toThrow(code('host_forbidden'));
  });
});
