import { describe, expect, test } from 'vitest';
import { checkTicketNonce, signTicketNonce, ticketGraceS } from './ticket-nonce.js';

const [secret, older] = ['a-secret-of-the-test-0123456789-0', 'an-older-secret-of-it-0123456789-0'];
const expiresAt = new Date('2026-01-15T09:30:00Z');
const object = { bucket: 'landfall', objectKey: 'uploads/目录/a b+c.jpg' };
const ticketId = '019bbd8e-7b00-7000-8000-000000000001';
const claim = { ...object, ticketId, expiresAt };
const nonce = signTicketNonce(claim, secret);
const before = new Date('2026-01-15T08:30:00Z');

describe('checkTicketNonce', () => {
  test('knows the ticket of what it signed', () => {
    expect(nonce).toMatch(new RegExp(`^${ticketId}\\.1768469400\\.[\\w-]{43}$`));
    expect(checkTicketNonce(nonce, object, [secret], before)).toEqual({ ticketId });
  });

  test('takes any of several secrets, so that they can be changed', () => {
    expect(checkTicketNonce(signTicketNonce(claim, older), object, [secret, older], before)).toEqual({
      ticketId,
    });
    expect(() => checkTicketNonce(signTicketNonce(claim, older), object, [secret], before)).toThrow(
      expect.objectContaining({ code: 'ticket.invalid' }),
    );
  });

  test('holds for an upload that began in time and ends late, and not for ever', () => {
    const last = new Date(expiresAt.getTime() + ticketGraceS * 1_000);
    expect(checkTicketNonce(nonce, object, [secret], last)).toEqual({ ticketId });
    expect(() => checkTicketNonce(nonce, object, [secret], new Date(last.getTime() + 1))).toThrow(
      expect.objectContaining({ code: 'ticket.expired' }),
    );
  });

  test.each([
    ['bucket', { ...object, bucket: 'landfall2' }],
    ['key', { ...object, objectKey: 'uploads/other.jpg' }],
  ])('refuses the nonce of another %s', (_, other) => {
    expect(() => checkTicketNonce(nonce, other, [secret], before)).toThrow(
      expect.objectContaining({ code: 'ticket.invalid' }),
    );
  });

  test.each(['', undefined])('misses a nonce that is %j', (none) => {
    expect(() => checkTicketNonce(none, object, [secret], before)).toThrow(
      expect.objectContaining({ code: 'ticket.missing' }),
    );
  });

  test('refuses a change of any one character', () => {
    for (let index = 0; index < nonce.length; index += 1) {
      for (const other of ['0', '1', 'A', '.', '-', '\n']) {
        if (nonce[index] === other) continue;
        const changed = nonce.slice(0, index) + other + nonce.slice(index + 1);
        expect(() => checkTicketNonce(changed, object, [secret], before)).toThrow(
          expect.objectContaining({ code: 'ticket.invalid' }),
        );
      }
    }
  });

  test('brings the trace of the client back, which nobody can add, take away or change', () => {
    const clientTrace = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const traced = signTicketNonce({ ...claim, clientTrace }, secret);
    expect(checkTicketNonce(traced, object, [secret], before)).toEqual({ ticketId, clientTrace });
    const refused = expect.objectContaining({ code: 'ticket.invalid' });
    for (const changed of [
      traced.replace('b7ad', 'b7ae'),
      traced.replace(`.${clientTrace}`, ''),
      nonce.replace(/[.](?=[^.]*$)/, `.${clientTrace}.`),
    ])
      expect(() => checkTicketNonce(changed, object, [secret], before)).toThrow(refused);
    // As if the trace were the bucket.
    const shifted = { bucket: clientTrace, objectKey: `${object.bucket}\n${object.objectKey}` };
    const plain = signTicketNonce({ ...claim, ...shifted }, secret);
    const borrowed = plain.replace(/[.](?=[^.]*$)/, `.${clientTrace}.`);
    expect(() => checkTicketNonce(borrowed, object, [secret], before)).toThrow(refused);
  });

  test.each([`${nonce}\n`, ` ${nonce}`, `${nonce}=`, nonce.slice(0, -1), `${nonce}.x`, 'x'.repeat(100_000)])(
    'refuses what has not the form of one',
    (text) => {
      expect(() => checkTicketNonce(text, object, [secret], before)).toThrow(
        expect.objectContaining({ code: 'ticket.invalid' }),
      );
    },
  );
});
