import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { verifyWebhook, type WebhookHeaders } from './verify-webhook.js';

const id = '019bbd8e-7b00-7000-8000-000000000001';
const now = new Date('2026-11-29T12:00:00Z');
const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const otherSecret = `whsec_${Buffer.alloc(24, 9).toString('base64')}`;
const payload = '{"type":"upload.ready","timestamp":"2026-11-29T12:00:00Z","data":{"größe":1}}';

const hmac = (by: string, text = payload, at = now) => new Webhook(by).sign(id, at, text);
const headersOf = (signature: string, more: Record<string, string> = {}) => ({
  'webhook-id': id,
  'webhook-timestamp': String(now.getTime() / 1_000),
  'webhook-signature': signature,
  ...more,
});
const verify = (
  headers: WebhookHeaders,
  secrets: string | string[] = secret,
  body: string | Uint8Array<ArrayBuffer> = payload,
) => verifyWebhook(body, headers, secrets, { nowMs: now.getTime() });

const pair = generateKeyPairSync('ed25519');
const publicKey = `whpk_${pair.publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64')}`;
const privateKey = createPrivateKey(pair.privateKey.export({ format: 'pem', type: 'pkcs8' }));
const ed25519 = (text = payload) =>
  `v1a,${sign(null, Buffer.from(`${id}.${now.getTime() / 1_000}.${text}`), privateKey).toString('base64')}`;

describe('a webhook is believed', () => {
  test('that the reference library signed, and its event returned', async () => {
    await expect(verify(headersOf(hmac(secret)))).resolves.toMatchObject({ type: 'upload.ready' });
  });

  test.each<[string, WebhookHeaders, (string | string[])?, (string | Uint8Array<ArrayBuffer>)?]>([
    ['as bytes', headersOf(hmac(secret)), secret, new TextEncoder().encode(payload)],
    ['with the headers of fetch', new Headers(headersOf(hmac(secret)))],
    [
      'with other case',
      { 'Webhook-Id': id, 'WEBHOOK-TIMESTAMP': '1795953600', 'Webhook-Signature': hmac(secret) },
    ],
    ['while the sender rotates its secret', headersOf(`${hmac(otherSecret)} ${hmac(secret)}`)],
    ['while the receiver rotates its secret', headersOf(hmac(secret)), [otherSecret, secret]],
    ['by Ed25519', headersOf(ed25519()), publicKey],
    ['by either kind of key', headersOf(`${hmac(secret)} ${ed25519()}`), [publicKey]],
    ['with a secret without its prefix', headersOf(hmac(secret)), secret.replace('whsec_', '')],
    ['beside a signature of a version to come', headersOf(`v9,AAAA ${hmac(secret)}`)],
  ])('%s', async (_, headers, secrets = secret, body = payload) => {
    await expect(verify(headers, secrets, body)).resolves.toMatchObject({ type: 'upload.ready' });
  });
});

describe('a webhook is refused', () => {
  const changed = payload.replace('ready', 'failed');
  test.each<[string, string, WebhookHeaders, (string | string[])?, string?]>([
    ['without an id', 'header_missing', { ...headersOf(hmac(secret)), 'webhook-id': '' }],
    ['without headers', 'header_missing', {}],
    [
      'with a header given twice',
      'header_missing',
      { ...headersOf(''), 'webhook-signature': ['v1,a', 'v1,b'] },
    ],
    [
      'with a date for a timestamp',
      'timestamp_invalid',
      headersOf(hmac(secret), { 'webhook-timestamp': '2026-11-29' }),
    ],
    ['of the last hour', 'timestamp_too_old', headersOf(hmac(secret), { 'webhook-timestamp': '1795950000' })],
    [
      'of the next hour',
      'timestamp_in_future',
      headersOf(hmac(secret), { 'webhook-timestamp': '1795957200' }),
    ],
    ['with another payload', 'signature_mismatch', headersOf(hmac(secret)), secret, changed],
    ['of another secret', 'signature_mismatch', headersOf(hmac(otherSecret))],
    ['with another id', 'signature_mismatch', headersOf(hmac(secret), { 'webhook-id': 'another' })],
    [
      'with another timestamp',
      'signature_mismatch',
      headersOf(hmac(secret), { 'webhook-timestamp': '1795953601' }),
    ],
    [
      'signed by HMAC with the public key',
      'signature_mismatch',
      headersOf(hmac(publicKey.replace('whpk_', ''))),
      publicKey,
    ],
    [
      'with an Ed25519 signature under another version',
      'signature_mismatch',
      headersOf(ed25519().replace('v1a', 'v1')),
      publicKey,
    ],
    ['with another payload under Ed25519', 'signature_mismatch', headersOf(ed25519()), publicKey, changed],
    ['with no signature', 'signature_mismatch', headersOf('v1,')],
    ['with base64 that is none', 'signature_mismatch', headersOf('v1,!!!! v1,A v1 ,,')],
    [
      'with the signature behind a flood of others',
      'signature_mismatch',
      headersOf(`${'v1,AAAA '.repeat(16)}${hmac(secret)}`),
    ],
    ['when there is no secret', 'secret_invalid', headersOf(hmac(secret)), []],
    ['when the secret is empty', 'secret_invalid', headersOf(hmac(secret)), 'whsec_'],
    ['when the secret is no base64', 'secret_invalid', headersOf(hmac(secret)), 'whsec_öööö'],
    ['when the public key is short', 'secret_invalid', headersOf(hmac(secret)), 'whpk_AAAA'],
  ])('%s: %s', async (_, fault, headers, ...[secrets = secret, body = payload]) => {
    await expect(verify(headers, secrets, body)).rejects.toMatchObject({ name: 'WebhookRejected', fault });
  });

  test('whose signed payload is not JSON', async () => {
    const headers = headersOf(hmac(secret, 'hello'));
    await expect(verify(headers, secret, 'hello')).rejects.toMatchObject({ fault: 'payload_invalid' });
  });

  test('at another time than its own, by the tolerance given', async () => {
    const at = (nowMs: number, toleranceS: number) =>
      verifyWebhook(payload, headersOf(hmac(secret)), secret, { nowMs, toleranceS });
    await expect(at(now.getTime() + 11_000, 10)).rejects.toMatchObject({ fault: 'timestamp_too_old' });
    await expect(at(now.getTime() + 9_000, 10)).resolves.toBeDefined();
    await expect(verifyWebhook(payload, headersOf(hmac(secret)), secret)).rejects.toMatchObject({
      name: 'WebhookRejected',
    });
  });
});
