import { createPrivateKey, createPublicKey } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { describeRefused, readCapturedCallback } from './index.js';
import { signCallback } from '#oss';
import { explainCallback } from './index.js';
import { readVectors } from '../../oss/test-data/vectors.js';

const vectors = readVectors('callback-signatures');
const privateKey = createPrivateKey(vectors.testKeys.rsa512.privateKeyPem);
const keyUrl = Buffer.from('https://gosspublic.alicdn.com/callback_pub_key_v1.pem').toString('base64');
const settings = {
  key: createPublicKey(vectors.testKeys.rsa512.publicKeyPem),
  keySource: 'test',
  pinned: false,
  allowedHosts: ['gosspublic.alicdn.com'],
  pathPrefix: '',
  hashedBytesMax: 8_388_608,
  body: {},
};
const form = 'bucket=b&object=a%20b.jpg&size=1';

function refuse(sent: string, received: string | Buffer, more: { target?: string; headers?: object } = {}) {
  const captured = {
    method: 'POST',
    rawTarget: more.target ?? '/cb',
    body: Buffer.from(received),
    headers: {
      authorization: signCallback('/cb', Buffer.from(sent), privateKey),
      'x-oss-pub-key-url': keyUrl,
      'content-type': 'application/x-www-form-urlencoded',
      'x-unknown': 'not logged',
      ...more.headers,
    },
  };
  const facts = describeRefused(captured, settings);
  const line = JSON.stringify({ err: { code: 'callback.x', message: 'refused' }, ...facts });
  expect(line).not.toContain(captured.headers.authorization.slice(0, 12));
  expect(line).not.toContain('not logged');
  return { facts, line };
}
function explain(line: string, more: object = {}) {
  const { holds, steps } = explainCallback(readCapturedCallback(Buffer.from(line)), {
    ...settings,
    key: undefined,
    ...more,
  });
  return { holds, text: steps.flatMap(({ lines }) => lines).join('\n') };
}

describe('the log line of a refused callback', () => {
  test('is explained without a key, from the digest that was signed', () => {
    const { facts, line } = refuse(form, form.replace('%20', '+'));
    expect(facts.signed.digest).toMatch(/^[\da-f]{32}$/);
    expect(facts.signed.hidden).toEqual([]);
    expect(explain(line)).toMatchObject({ holds: false, text: expect.stringMatching(/\+ for %20/) });
  });

  test('is checked anew with other settings', () => {
    const { line } = refuse(form, form, { target: '/other' });
    expect(explain(line).text).toMatch(/no common change explains it/);
    expect(explain(line, { callbackUrl: 'https://h/cb' }).text).toMatch(/was sent to "\/cb"/);
  });

  test('of one whose signature holds says so', () => {
    const { facts, line } = refuse(form, form);
    expect(facts.signed.holds).toBe(true);
    expect(explain(line)).toMatchObject({ holds: true });
    expect(explain(line).text).toMatch(/the api refused it: refused \(callback\.x\)/);
  });

  test('with secrets masks them, keeps no digest to guess them with, and tells what the api found', () => {
    const body = `${form}&x:token=1234`;
    const contentMd5 = 'AAAAAAAAAAAAAAAAAAAAAA==';
    const { facts, line } = refuse(body, `${body}\n`, { headers: { 'content-md5': contentMd5 } });
    expect(line).not.toMatch(/1234|AAAA/);
    expect(facts.signed).toMatchObject({ digest: null, holds: false, hidden: ['secret values of the body'] });
    expect(facts.request).not.toHaveProperty('bodyMd5');
    expect(explain(line).text).toMatch(
      /the log hides secret values of the body.*\n.*\n.*line break was appended/,
    );
  });

  test('masks secrets in target, headers and key URL', () => {
    const { line } = refuse(form, form, {
      target: '/cb?token=s3cret',
      headers: {
        'x-original-uri': '/x?password=s3cret',
        'x-oss-pub-key-url': Buffer.from('https://u:s3cret@h/?Signature=s3cret').toString('base64'),
      },
    });
    expect(line).not.toMatch(/s3cret/);
    expect(line).not.toContain(Buffer.from('s3cret').toString('base64').slice(0, 6));
    expect(explain(line).text).toMatch(/the log hides it because it contains user info or a query/);
  });

  test('holds a secret in no encoding of the body', () => {
    const secret = '019bbd8e-7b00-7000-8000-000000000001.1768469400.abcdefghij';
    for (const encoding of ['utf8', 'latin1', 'utf16le'] as const) {
      const { line } = refuse(form, Buffer.from(`object=\u00e9&x:ticket=${secret}`, encoding));
      const { request } = JSON.parse(line) as { request: { body?: string; bodyBase64?: string } };
      const logged =
        (request.body ?? '') + Buffer.from(request.bodyBase64 ?? '', 'base64').toString('latin1');
      expect(logged.replaceAll('\0', '')).not.toContain('abcdefghij');
    }
  });

  test('keeps bytes that are no text', () => {
    const { facts, line } = refuse(form, Buffer.from([0xff, 0x61]));
    expect(facts.request.bodyBase64).toBe('/2E=');
    expect(readCapturedCallback(Buffer.from(line)).body).toEqual(Buffer.from([0xff, 0x61]));
  });

  test.each([
    ['text', 'a'.repeat(1_000_000)],
    ['control characters', '\u0001'.repeat(1_000_000)],
    ['quotes', '"'.repeat(1_000_000)],
    ['NUL', Buffer.alloc(1_000_000)],
    ['bytes', Buffer.alloc(1_000_000, 0xfe)],
  ])('is bounded, and tells what is not in it: %s', (_, body) => {
    const long = 'x"'.repeat(7_000);
    const { facts, line } = refuse(form, body, {
      target: `/${long}`,
      headers: { host: long, via: long, 'x-original-uri': `/${long}`, 'x-oss-pub-key-url': long },
    });
    expect(line.length).toBeLessThan(20_000);
    expect(facts.request.bodyBytes).toBe(1_000_000);
    expect(facts.request.bodyMd5 ?? 'NUL').toMatch(/^[\da-f]{32}$|^NUL$/);
    expect(facts.signed.hidden.join()).toMatch(/target after 2048.*(body after 4096|NUL bytes)/);
    expect(explain(line).text).toMatch(/the signature cannot be checked again/);
  });

  test('of one without a signature says so', () => {
    const headers = { 'x-oss-pub-key-url': keyUrl };
    const facts = describeRefused(
      { method: 'POST', rawTarget: '/cb', body: Buffer.from(form), headers },
      settings,
    );
    expect(facts.request.headers).not.toHaveProperty('authorization');
    expect(explain(JSON.stringify(facts)).text).toMatch(/stripped it/);
    expect(refuse(form, form).line).toContain('"authorization":"[masked]"');
  });

  test.each([
    ['a digest that is none', { digest: 'x' }],
    ['findings that are none', { findings: 'x' }],
  ])('with %s is refused', (_, wrong) => {
    const { facts } = refuse(form, form);
    const line = JSON.stringify({ ...facts, signed: { ...facts.signed, ...wrong } });
    expect(() => readCapturedCallback(Buffer.from(line))).toThrow(
      expect.objectContaining({ code: 'request.invalid' }),
    );
  });
});
