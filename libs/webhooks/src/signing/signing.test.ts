import { createPublicKey, verify } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { hmacSecretSchema, newSecret, publicKeyOf } from './secrets.js';
import { signDelivery } from './sign-delivery.js';

const body = '{"type":"upload.ready","data":{"name":"目录 🎬"}}';
const id = '0198b0a0-0000-7000-8000-000000000000';
const current = (secret: string) => ({ secret, expiresAt: null });

describe('signDelivery', () => {
  test('is verified by the receivers of Standard Webhooks', () => {
    const secret = newSecret('hmac');
    const headers = signDelivery(id, body, [current(secret)], new Date());
    expect(new Webhook(secret).verify(body, headers)).toEqual(JSON.parse(body));
    expect(() => new Webhook(secret).verify(`${body} `, headers)).toThrow('No matching signature');
    expect(() => new Webhook(newSecret('hmac')).verify(body, headers)).toThrow('No matching signature');
    const late = { ...headers, 'webhook-timestamp': String(Number(headers['webhook-timestamp']) - 1) };
    expect(() => new Webhook(secret).verify(body, late)).toThrow('No matching signature');
  });

  test('signs with every secret that has not expired', () => {
    const now = new Date('2026-01-15T08:30:00Z');
    const [fresh, old, gone] = [newSecret('hmac'), newSecret('hmac'), newSecret('hmac')];
    const headers = signDelivery(
      id,
      body,
      [
        current(fresh),
        { secret: old, expiresAt: '2026-01-15T08:30:01.000Z' },
        { secret: gone, expiresAt: '2026-01-15T08:30:00.000Z' },
      ],
      now,
    );
    expect(headers['webhook-timestamp']).toBe('1768465800');
    const signatures = [fresh, old, gone].map((secret) => new Webhook(secret).sign(id, now, body));
    expect(headers['webhook-signature']).toBe(`${signatures[0]} ${signatures[1]}`);
  });

  test('with a key of Ed25519 anybody can verify, and nobody can sign', () => {
    const secret = newSecret('ed25519');
    const headers = signDelivery(id, body, [current(secret)], new Date());
    const [version, signature = ''] = String(headers['webhook-signature']).split(',');
    expect(version).toBe('v1a');
    const publicKey = publicKeyOf(secret) ?? '';
    expect(publicKey).toMatch(/^whpk_[\w+/]{43}=$/);
    const key = createPublicKey({
      key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(publicKey.slice(5), 'base64').toString('base64url') },
      format: 'jwk',
    });
    const signed = Buffer.from(`${id}.${headers['webhook-timestamp']}.${body}`);
    expect(verify(null, signed, key, Buffer.from(signature, 'base64'))).toBe(true);
    expect(verify(null, Buffer.concat([signed, Buffer.of(0)]), key, Buffer.from(signature, 'base64'))).toBe(
      false,
    );
  });
});

describe('hmacSecretSchema', () => {
  const ofBytes = (count: number) => `whsec_${Buffer.alloc(count, 7).toString('base64')}`;

  test.each([newSecret('hmac'), ofBytes(24), ofBytes(64)])('%s is one', (secret) => {
    expect(hmacSecretSchema.parse(secret)).toBe(secret);
    expect(publicKeyOf(secret)).toBe(null);
  });

  test.each([
    ['empty', ''],
    ['nothing but the prefix', 'whsec_'],
    ['without the prefix', Buffer.alloc(32).toString('base64')],
    ['a private key', newSecret('ed25519')],
    ['too short', ofBytes(23)],
    ['too long', ofBytes(65)],
    ['far too long', ofBytes(100_000)],
    ['not base64', `whsec_${'!'.repeat(44)}`],
    ['base64 of URLs', `whsec_${'-_'.repeat(22)}`],
    ['without its padding', ofBytes(32).replace('=', '')],
    ['with a line break', `${ofBytes(32)}\n`],
  ])('%s is none', (_, secret) => {
    expect(hmacSecretSchema.safeParse(secret).success).toBe(false);
  });
});
