import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  checkEventBridgePush,
  eventSenderOf,
  hasEventBridgeToken,
  signEventBridgePush,
  signEventBridgePushV1,
  verifyEventBridgePush,
} from '#oss';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
const stranger = generateKeyPairSync('rsa', { modulusLength: 1024 });
const targetUrl = 'https://media.example.com/events/oss?a=1';
const body = Buffer.from('{"specversion":"1.0"}');
const code = (name: string) => expect.objectContaining({ code: `event.${name}` });
const common = {
  'x-eventbridge-signature-timestamp': '1768465801000',
  'x-eventbridge-signature-version': '1.0',
  'x-eventbridge-signature-url': 'https://cn-hangzhou-eventbridge.oss-accelerate.aliyuncs.com/a.pem',
};
const v2 = { ...common, 'x-eventbridge-hash-method': 'SHA256' };
const v1 = { ...common, 'x-eventbridge-signature-method': 'HMAC-SHA1' };
const token = { 'x-eventbridge-signature-token': 'a-long-static-token-of-ours' };

const signedV2 = (headers: Record<string, string>) => ({
  ...headers,
  'x-eventbridge-signature-v2': signEventBridgePush({ targetUrl, headers, body }, privateKey),
});
const signedV1 = (headers: Record<string, string>) => ({
  ...headers,
  ...signEventBridgePushV1({ targetUrl, headers, body }, privateKey, 'a secret for this push'),
});
const isValid = (headers: Record<string, string>, key = publicKey) =>
  verifyEventBridgePush({ targetUrl, headers, body }, key);

describe.each([
  ['version 2', signedV2, v2],
  ['version 1', signedV1, v1],
  ['version 2 with a token', signedV2, { ...v2, ...token }],
  ['version 1 with a token', signedV1, { ...v1, ...token }],
])('the signature of EventBridge, %s', (_, signed, headers) => {
  test('holds, and covers target, headers and body', () => {
    const good = signed(headers);
    expect(isValid(good)).toBe(true);
    expect(isValid(good, stranger.publicKey)).toBe(false);
    expect(verifyEventBridgePush({ targetUrl, headers: good, body: Buffer.from('{}') }, publicKey)).toBe(
      false,
    );
    expect(verifyEventBridgePush({ targetUrl: 'https://b/', headers: good, body }, publicKey)).toBe(false);
    expect(isValid({ ...good, 'x-eventbridge-signature-timestamp': '1768465801001' })).toBe(false);
    expect(isValid({ ...good, 'x-eventbridge-signature-url': 'https://b/a.pem' })).toBe(false);
    expect(isValid({ ...good, 'x-eventbridge-signature-token': 'another' })).toBe(false);
  });
});

test.each([
  ['before the body', `\n${body.toString()}`],
  ['after the body', `${body.toString()}\n`],
])('takes the line feed of other implementations %s', (_, end) => {
  const lines = [
    'x-eventbridge-signature-timestamp',
    'x-eventbridge-hash-method',
    'x-eventbridge-signature-version',
    'x-eventbridge-signature-url',
  ].map((name) => `${name}: ${(v2 as Record<string, string>)[name]}\n`);
  const text = `${targetUrl}\n${lines.join('')}${end}`;
  const signature = sign('sha256', Buffer.from(text), privateKey).toString('base64');
  expect(isValid({ ...v2, 'x-eventbridge-signature-v2': signature })).toBe(true);
});

test('takes a missing token that left a line, as in a published implementation', () => {
  const text = `${targetUrl}\nx-eventbridge-signature-timestamp: 1768465801000\nx-eventbridge-hash-method: SHA256\nx-eventbridge-signature-version: 1.0\nx-eventbridge-signature-url: ${common['x-eventbridge-signature-url']}\nx-eventbridge-signature-token: \n${body.toString()}\n`;
  const signature = sign('sha256', Buffer.from(text), privateKey).toString('base64');
  expect(isValid({ ...v2, 'x-eventbridge-signature-v2': signature })).toBe(true);
});

test('tells what is no signature', () => {
  expect(() => isValid(v1)).toThrow(code('signature_missing'));
  expect(() => isValid({ ...v2, 'x-eventbridge-signature-v2': '?' })).toThrow(code('signature_malformed'));
  expect(() => isValid({ ...signedV2(v2), 'x-eventbridge-hash-method': 'MD5' })).toThrow(
    code('signature_malformed'),
  );
  const { 'x-eventbridge-signature-secret': _, ...withoutSecret } = signedV1(v1);
  expect(() => isValid(withoutSecret)).toThrow(code('signature_missing'));
  expect(isValid({ ...signedV1(v1), 'x-eventbridge-signature-secret': 'AAAA' })).toBe(false);
});

test('takes a timestamp of this minute', () => {
  const at = (ms: number) => new Date(1_768_465_801_000 + ms);
  for (const ms of [-60_000, 0, 60_000]) expect(() => checkEventBridgePush(v2, at(ms))).not.toThrow();
  for (const ms of [-60_001, 60_001]) expect(() => checkEventBridgePush(v2, at(ms))).toThrow(code('expired'));
  for (const text of ['', '1768465801', '0x1', '-1768465801000'])
    expect(() => checkEventBridgePush({ ...v2, 'x-eventbridge-signature-timestamp': text }, at(0))).toThrow(
      code('expired'),
    );
});

test('knows its tokens', () => {
  const tokens = ['an-old-token-of-20-letters', token['x-eventbridge-signature-token']];
  expect(hasEventBridgeToken(token, tokens)).toBe(true);
  expect(hasEventBridgeToken(token, [])).toBe(false);
  expect(hasEventBridgeToken({}, tokens)).toBe(false);
  expect(hasEventBridgeToken({ 'x-eventbridge-signature-token': 'a-long-static-token-of-our' }, tokens)).toBe(
    false,
  );
});

test('knows senders by their headers', () => {
  expect(eventSenderOf({ 'x-mns-version': '1' })).toBe('smq');
  expect(eventSenderOf(v2)).toBe('eventbridge');
  expect(eventSenderOf({ 'x-oss-request-id': '1' })).toBeUndefined();
});
