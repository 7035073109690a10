import { describe, expect, test } from 'vitest';
import { checkToken, signToken, type TokenGrant } from './access-token.js';

const secret = 'a-secret-of-the-test-0123456789-0';
const now = new Date('2026-01-15T08:30:00Z');
const grant: TokenGrant = {
  scopes: ['events'],
  pins: {
    uploadIds: ['019bbd8e-7b00-7000-8000-000000000001'],
    ticketIds: ['019bbd8e-7b00-7000-8000-000000000002'],
    vars: { user_id: '42', ü: '目录' },
  },
  expiresAt: new Date('2026-01-15T09:30:00Z'),
};
const token = signToken(grant, secret);
const codeOf = (text: string, at = now, by = secret) => {
  try {
    return checkToken(text, by, at);
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('checkToken', () => {
  test('gives what was signed, until it expires', () => {
    expect(codeOf(token)).toEqual(grant);
    expect(codeOf(token, new Date(grant.expiresAt.getTime() - 1))).toEqual(grant);
    expect(codeOf(token, grant.expiresAt)).toBe('auth.token_expired');
  });

  test('refuses a change of any one character but those that say the same', () => {
    for (let index = 0; index < token.length; index += 1) {
      for (const other of ['0', 'A', '.', '-', '\n', 'é']) {
        if (token[index] === other) continue;
        const changed = token.slice(0, index) + other + token.slice(index + 1);
        const isSame = Buffer.from(changed.split('.')[1] ?? '', 'base64url').equals(
          Buffer.from(token.split('.')[1] ?? '', 'base64url'),
        );
        if (index === token.length - 1 && isSame) continue;
        expect(codeOf(changed)).toBe('auth.token_invalid');
      }
    }
  });

  test.each([
    ['of another secret', signToken(grant, `${secret}!`)],
    ['without a signature', token.split('.')[0] ?? ''],
    ['with an end', `${token}.x`],
    ['that is empty', 'lft_.'],
    ['that is endless', `lft_${'a'.repeat(1_000_000)}.${'a'.repeat(43)}`],
    ['that is the signature of something else', `lft_e30.${token.split('.')[1]}`],
  ])('refuses one %s', (_, text) => {
    expect(codeOf(text)).toBe('auth.token_invalid');
  });

  test('refuses one that another release signed otherwise', () => {
    const other = signToken({ ...grant, scopes: ['admin' as 'events'] }, secret);
    expect(codeOf(other)).toBe('auth.token_invalid');
  });
});
