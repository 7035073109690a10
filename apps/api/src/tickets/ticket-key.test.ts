import { configSections, developmentSecrets, loadConfig } from '#runtime';
import { describe, expect, test } from 'vitest';
import { expandKey, refuseForeignKey } from './ticket-key.js';

const facts = { ticketId: 'an-id', fileName: 'my {id} photo.jpg', now: new Date('2026-01-05T23:59:59Z') };
const template = configSections.tickets.shape.TICKET_KEY_TEMPLATE.parse(undefined);

describe('expandKey', () => {
  test('fills the default template, once', () => {
    expect(expandKey(template, facts)).toBe('uploads/2026/01/05/an-id/my {id} photo.jpg');
  });

  test.each([
    ['a/{filename}', facts, 'not a placeholder'],
    ['a/{fileName}', { ...facts, fileName: undefined }, 'send fileName'],
    ['/a', facts, 'begin'],
    ['\\a', facts, 'begin'],
    ['a/', facts, 'begin'],
    ['a/../b', facts, '..'],
    ['a/{fileName}', { ...facts, fileName: '..' }, '..'],
    ['a/{fileName}', { ...facts, fileName: '${filename}' }, 'client'],
    ['a/\n', facts, 'control'],
    ['é'.repeat(512), facts, '1024 bytes'],
    ['{fileName}', { ...facts, fileName: '' }, '0 bytes'],
  ])('refuses %j', (key, given, said) => {
    expect(() => expandKey(key, given)).toThrow(
      expect.objectContaining({ code: 'ticket.key_invalid', message: expect.stringContaining(said) }),
    );
  });
});

describe('refuseForeignKey', () => {
  const config = (prefixes: string) =>
    loadConfig(['oss', 'tickets'], {
      LANDFALL_ENV: 'development',
      OSS_ENDPOINT: 'https://oss-cn-hangzhou.aliyuncs.com',
      OSS_REGION: 'cn-hangzhou',
      OSS_BUCKETS: 'landfall',
      OSS_ACCESS_KEY_ID: developmentSecrets.accessKeyId,
      OSS_ACCESS_KEY_SECRET: developmentSecrets.accessKeySecret,
      TICKET_SECRETS: developmentSecrets.ticketSecret,
      TICKET_PREFIXES: prefixes,
    });

  test.each([
    ['renditions/x.jpg', ''],
    ['other/x.jpg', 'uploads/,avatars/'],
    ['upload', 'uploads/'],
  ])('refuses %s where %j is allowed', (key, prefixes) => {
    expect(() => refuseForeignKey(key, config(prefixes))).toThrow(
      expect.objectContaining({ code: 'ticket.key_forbidden' }),
    );
  });

  test('lets in what is below a prefix, and everything when there are none', () => {
    expect(() => refuseForeignKey('avatars/x.jpg', config('uploads/,avatars/'))).not.toThrow();
    expect(() => refuseForeignKey('anything', config(''))).not.toThrow();
  });
});
