import { describe, expect, test } from 'vitest';
import {
  checkPostConditions,
  checkPostSize,
  parsePostPolicy,
  signPolicyV1,
  signPolicyV4,
  verifyPostForm,
} from '#oss';
import { readVectors } from '../../test-data/vectors.js';

const { signed, conditions } = readVectors('post-policies');
const now = new Date('2026-01-15T08:30:00Z');
const lowerCase = (fields: Record<string, string>) =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name.toLowerCase(), value]));
const rulesOf = ({ accessKeySecret }: { accessKeySecret: string }) => ({
  findSecret: () => accessKeySecret,
  region: 'cn-hangzhou',
  now,
});
const refusal = (status: number, code: string) => expect.objectContaining({ status, code });
const credentials = { accessKeyId: 'LTAI5t', accessKeySecret: 'secret' };
const request = {
  ...credentials,
  bucket: 'b1',
  region: 'cn-hangzhou',
  expiresAt: new Date('2026-01-15T09:30:00Z'),
  now,
};

describe('the signature of a form', () => {
  test.each(signed)('holds: $id', ({ fields, credentials, policyJson }) => {
    const form = verifyPostForm(lowerCase(fields), rulesOf(credentials));
    expect(form?.accessKeyId).toBe(credentials.accessKeyId);
    expect(form?.policy).toEqual(parsePostPolicy(policyJson));
  });

  test.each(signed)('covers policy and secret: $id', ({ fields, credentials }) => {
    const other = Buffer.from('{"expiration":"2036-01-15T09:30:00.000Z","conditions":[]}').toString('base64');
    const mismatch = refusal(403, 'SignatureDoesNotMatch');
    expect(() => verifyPostForm({ ...lowerCase(fields), policy: other }, rulesOf(credentials))).toThrow(
      mismatch,
    );
    expect(() => verifyPostForm(lowerCase(fields), rulesOf({ accessKeySecret: 'x' }))).toThrow(mismatch);
  });

  test('is made as it is checked', () => {
    const wanted = { ...request, conditions: [['eq', '$key', 'a']], securityToken: 't' };
    for (const fields of [signPolicyV1(wanted), signPolicyV4(wanted)]) {
      const form = verifyPostForm(lowerCase(fields), rulesOf(credentials));
      if (!form) throw new Error('the form is signed');
      expect(() => checkPostConditions(form.policy, { ...fields, key: 'a' }, 'b1', now)).not.toThrow();
      expect(() => checkPostConditions(form.policy, { ...fields, key: 'b' }, 'b1', now)).toThrow(
        /Condition failed: \["eq", "\$key", "a"\]/,
      );
      expect(() => checkPostConditions(form.policy, { ...fields, key: 'a' }, 'b2', now)).toThrow(
        /"\$bucket"/,
      );
      expect(() =>
        checkPostConditions(form.policy, { ...fields, key: 'a' }, 'b1', new Date('2027-01-01')),
      ).toThrow('Invalid according to Policy: Policy expired.');
    }
  });

  const fields = signPolicyV4({ ...request, conditions: [] });
  const check = (change: Record<string, string | undefined>, rules = rulesOf(credentials)) => {
    const changed = Object.entries({ ...fields, ...change }).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    );
    return verifyPostForm(Object.fromEntries(changed), rules);
  };

  test('may be absent altogether', () => {
    expect(verifyPostForm({ key: 'a' }, rulesOf(credentials))).toBeUndefined();
  });

  test.each([
    ['no policy', { policy: undefined }],
    ['no signature', { 'x-oss-signature': undefined }],
    ['no date', { 'x-oss-date': undefined }],
    ['no credential', { 'x-oss-credential': undefined }],
    ['a version that is not known', { 'x-oss-signature-version': 'OSS2' }],
    ['a date that is none', { 'x-oss-date': 'today' }],
    ['another region', { 'x-oss-credential': 'LTAI5t/20260115/cn-beijing/oss/aliyun_v4_request' }],
    ['a token that the policy does not name', { 'x-oss-security-token': 't' }],
  ])('is refused with %s', (_, change) => {
    expect(() => check(change)).toThrow(refusal(400, 'InvalidArgument'));
  });

  test('is refused after seven days or far in the future', () => {
    const at = (offsetMs: number) => ({ ...rulesOf(credentials), now: new Date(now.getTime() + offsetMs) });
    expect(() => check({}, at(7 * 86_400_000 + 1))).toThrow(refusal(403, 'AccessDenied'));
    expect(() => check({}, at(-901_000))).toThrow(refusal(403, 'AccessDenied'));
  });
});

describe('the conditions of a policy', () => {
  const check = (vector: (typeof conditions)[number]) => {
    const json = JSON.stringify({ expiration: '2026-01-15T09:30:00.000Z', conditions: vector.conditions });
    const policy = parsePostPolicy(json);
    checkPostConditions(policy, vector.fields, vector.bucket, now);
    checkPostSize(policy, vector.size);
  };

  test.each(conditions.filter(({ ok }) => ok))('are met: $conditions', (vector) => {
    expect(() => check(vector)).not.toThrow();
  });

  test.each(conditions.filter(({ ok }) => !ok))('are not met: $conditions', (vector) => {
    expect(() => check(vector)).toThrow(
      expect.objectContaining({
        status: vector.status,
        code: vector.code,
        message: expect.stringMatching(new RegExp(`^${vector.messageStartsWith ?? ''}`)),
      }),
    );
  });

  test.each([
    '',
    '[]',
    '{"expiration":"2026-01-15T09:30:00.000Z"}',
    '{"conditions":[]}',
    '{"expiration":"soon","conditions":[]}',
    '{"expiration":"2026-01-15T09:30:00.000Z","conditions":{}}',
    '{"expiration":"2026-01-15T09:30:00.000Z","conditions":[{}]}',
    '{"expiration":"2026-01-15T09:30:00.000Z","conditions":[{"a":"b","c":"d"}]}',
    '{"expiration":"2026-01-15T09:30:00.000Z","conditions":[["eq","key","a"]]}',
    '{"expiration":"2026-01-15T09:30:00.000Z","conditions":[["like","$key","a"]]}',
    '{"expiration":"2026-01-15T09:30:00.000Z","conditions":[["in","$key","a"]]}',
    '{"expiration":"2026-01-15T09:30:00.000Z","conditions":[["content-length-range","1",2]]}',
    '{"expiration":"2026-01-15T09:30:00.000Z","conditions":[null]}',
  ])('cannot be read: %s', (json) => {
    expect(() => parsePostPolicy(json)).toThrow(refusal(400, 'InvalidPolicyDocument'));
  });
});
