import type { LandedObject } from '#media';
import { loadConfig } from '#runtime';
import { expect, test } from 'vitest';
import { signTicketNonce, ticketGraceS } from '../tickets/ticket-nonce.js';
import { proofSettingsOf, toLanding } from './landing-proof.js';

const [oldSecret, newSecret] = ['an-older-secret-of-the-url', 'the-newest-secret-of-the-url'];
const ticketSecret = 'a-secret-that-signs-the-tickets-of-this-test';
const settings = (trust: string) =>
  loadConfig(['callback', 'tickets'], {
    LANDFALL_ENV: 'development',
    CALLBACK_TRUST: trust,
    CALLBACK_URL_SECRETS: `${newSecret},${oldSecret}`,
    TICKET_SECRETS: ticketSecret,
  });
const now = new Date('2026-11-28T12:00:00Z');
const ticketId = '019bbd8e-7b00-7000-8000-000000000001';
const nonceFor = (bucket: string, objectKey = 'a.jpg', expiresAt = now) =>
  signTicketNonce({ ticketId, bucket, objectKey, expiresAt }, ticketSecret);
const landed = (vars: Record<string, string>): LandedObject => ({
  bucket: 'landfall',
  objectKey: 'a.jpg',
  etag: null,
  sizeBytes: null,
  mimeType: null,
  imageInfo: null,
  vars,
});
const prove = (
  vars: Record<string, string>,
  { secret, trust = 'bucket', requestId }: { secret?: string; trust?: string; requestId?: string } = {},
) =>
  toLanding(landed(vars), { source: 'callback', secret, requestId, now }, proofSettingsOf(settings(trust)));
const vars = { user_id: '42' };

test.each([newSecret, oldSecret])('who knows a secret callback URL is believed', (secret) => {
  expect(prove(vars, { secret })).toMatchObject({ proof: 'url', vars, claimedVars: null, ticketId: null });
});

test('a ticket vouches for its object, and not for what the callback says beside it', () => {
  const ticket = nonceFor('landfall');
  for (const secret of [undefined, newSecret]) {
    expect(prove({ ...vars, ticket }, { ...(secret && { secret }) })).toMatchObject({
      proof: 'ticket',
      ticketId,
      vars: {},
      claimedVars: vars,
    });
  }
});

test('a secret URL is enough where callbacks need a proof', () => {
  expect(prove(vars, { trust: 'ticket', secret: newSecret })).toMatchObject({ proof: 'url', vars });
});

const late = new Date(now.getTime() - (ticketGraceS + 1) * 1_000);
const unproven: [string, Record<string, string>, string | undefined, string][] = [
  ['nothing', {}, undefined, 'ticket.missing'],
  ['another path', {}, `${newSecret}x`, 'ticket.missing'],
  ['an empty path', {}, '', 'ticket.missing'],
  ['a nonce of another bucket', { ticket: nonceFor('other') }, undefined, 'ticket.invalid'],
  ['a nonce of another object', { ticket: nonceFor('landfall', 'b.jpg') }, undefined, 'ticket.invalid'],
  ['a nonce of long ago', { ticket: nonceFor('landfall', 'a.jpg', late) }, undefined, 'ticket.expired'],
];
test.each(unproven)(
  '%s proves nothing, and is refused where a ticket is wanted',
  (_, extra, secret, code) => {
    const sent = { ...vars, ...extra };
    for (const trust of ['bucket', 'any']) {
      expect(prove(sent, { trust, ...(secret !== undefined && { secret }) })).toMatchObject({
        proof: null,
        ticketId: null,
        vars: {},
        claimedVars: vars,
      });
    }
    expect(() => prove(sent, { trust: 'ticket', ...(secret !== undefined && { secret }) })).toThrow(
      expect.objectContaining({ code }),
    );
  },
);

test('a var of somebody’s own called ticket stays', () => {
  expect(prove({ ticket: 'gold' }).claimedVars).toEqual({ ticket: 'gold' });
  expect(prove({ ticket: 'gold' }, { secret: newSecret }).vars).toEqual({ ticket: 'gold' });
});

test('a landing is told by the request id of the body, which OSS signs, before that of the header', () => {
  expect(prove({ reqId: 'BODY' }, { requestId: 'HEADER' }).requestId).toBe('BODY');
  expect(prove({}, { requestId: 'HEADER' }).requestId).toBe('HEADER');
  expect(prove({ reqId: 'no id at all' }, { requestId: 'x'.repeat(65) }).requestId).toBeNull();
});
