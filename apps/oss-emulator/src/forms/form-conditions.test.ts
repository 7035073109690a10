import { describe, expect, test } from 'vitest';
import { signV1 } from '#oss';
import { bucket, credentials, useEmulator } from '../fixtures/emulator.fixture.js';
import { elementOf, sendForm, sendSigned } from '../fixtures/requests.fixture.js';

const emulator = useEmulator();

type Field = readonly [name: string, value: string];

/** Signs a policy of any text. */
function signText(text: string): Field[] {
  const policy = Buffer.from(text).toString('base64');
  return [
    ['OSSAccessKeyId', credentials.accessKeyId],
    ['policy', policy],
    ['Signature', signV1(credentials.accessKeySecret, policy)],
  ];
}
const expiration = new Date(Date.now() + 60_000).toISOString();
const sign = (...conditions: unknown[]) => signText(JSON.stringify({ expiration, conditions }));

async function post(fields: readonly Field[], body = 'hello') {
  const file = new Blob([body], { type: 'text/plain' });
  const { status, text } = await sendForm(emulator.url, fields, file);
  return { status, code: elementOf(text, 'Code'), message: elementOf(text, 'Message') };
}
const exists = async (key: string) =>
  (await sendSigned(emulator.url, { method: 'HEAD', key })).status === 200;

/** A condition, fields that meet it, and fields that do not. */
const conditions: [string, unknown, Field[] | undefined, Field[] | undefined][] = [
  ['eq', ['eq', '$key', 'eq'], [['key', 'eq']], [['key', 'other']]],
  ['of one member', { key: 'member' }, [['key', 'member']], [['key', 'other']]],
  ['starts-with', ['starts-with', '$key', 'user/'], [['key', 'user/a']], [['key', 'users']]],
  ['starts-with anything', ['starts-with', '$key', ''], [['key', 'any']], undefined],
  [
    'in',
    ['in', '$x-oss-content-type', ['image/png', 'image/jpeg']],
    [['x-oss-content-type', 'image/png']],
    [['x-oss-content-type', 'text/html']],
  ],
  [
    'not-in',
    ['not-in', '$Cache-Control', ['no-cache']],
    [['cache-control', 'max-age=1']],
    [['cache-control', 'no-cache']],
  ],
  ['on the bucket', { bucket }, [['bucket', 'other']], undefined],
  ['on another bucket', { bucket: 'other' }, undefined, [['bucket', 'other']]],
  [
    'on success_action_status',
    ['eq', '$success_action_status', '200'],
    [['success_action_status', '200']],
    [['success_action_status', '201']],
  ],
  [
    'on success_action_redirect',
    ['starts-with', '$success_action_redirect', 'https://a.example/'],
    undefined,
    [['success_action_redirect', 'https://b.example/']],
  ],
  ['on metadata', ['eq', '$x-oss-meta-a', '1'], [['x-oss-meta-a', '1']], [['x-oss-meta-a', '2']]],
  ['on a variable', ['eq', '$x:uid', '1'], [['x:uid', '1']], [['x:uid', '2']]],
  ['on a field that is wanted', ['eq', '$x:uid', '1'], undefined, []],
  ['on the length', ['content-length-range', 5, 5], [], undefined],
];
const withKey = (fields: readonly Field[] = []): readonly Field[] =>
  fields.some(([name]) => name === 'key') ? fields : [['key', 'k'], ...fields];

describe('a form under a condition', () => {
  test.each(conditions.filter(([, , met]) => met))('is taken: %s', async (_, condition, met) => {
    expect([200, 204]).toContain((await post([...sign(condition), ...withKey(met)])).status);
  });

  test.each(conditions.filter(([, , , unmet]) => unmet))(
    'is refused: %s',
    async (_, condition, __, unmet) => {
      expect(await post([...sign(condition), ...withKey(unmet)])).toMatchObject({
        status: 403,
        code: 'AccessDenied',
        message: expect.stringMatching(/^Invalid according to Policy: Policy Condition failed: \[/),
      });
    },
  );

  test.each([
    ['', 'EntityTooSmall'],
    ['x'.repeat(11), 'EntityTooLarge'],
  ])('on the length, with a file of %j', async (body, code) => {
    const fields = [...sign(['content-length-range', 1, 10]), ['key', 'sized']] as const;
    expect(await post(fields, body)).toMatchObject({ status: 400, code });
    expect(await exists('sized')).toBe(false);
  });

  test.each([
    ['twice', ['key', 'dup/a'], ['key', 'stolen']],
    ['twice, the good one last', ['key', 'stolen'], ['key', 'dup/a']],
    ['in other letters', ['key', 'dup/a'], ['KEY', 'stolen']],
    ['in other letters, the good one last', ['Key', 'stolen'], ['key', 'dup/a']],
  ] as [string, Field, Field][])('that sends its field %s', async (_, ...fields) => {
    const answer = await post([...sign(['starts-with', '$key', 'dup/']), ...fields]);
    expect(answer).toMatchObject({ status: 403, code: 'AccessDenied' });
    expect([await exists('dup/a'), await exists('stolen')]).toEqual([false, false]);
  });

  test('is refused with a second policy that nobody signed', async () => {
    const own: Field = ['policy', Buffer.from('{}').toString('base64')];
    for (const name of ['policy', 'Policy'])
      expect(await post([...sign(['eq', '$key', 'a']), [name, own[1]], ['key', 'b']])).toMatchObject({
        status: 403,
        code: 'SignatureDoesNotMatch',
      });
    // What is signed is what is checked, too.
    expect(await post([own, ...sign(['eq', '$key', 'a']), ['key', 'b']])).toMatchObject({
      status: 403,
      code: 'AccessDenied',
    });
  });
});

describe('a policy', () => {
  test.each([
    [
      'expired',
      { expiration: new Date(Date.now() - 1000).toISOString(), conditions: [] },
      403,
      'AccessDenied',
    ],
    ['with seconds as end', { expiration: 1_900_000_000, conditions: [] }, 400, 'InvalidPolicyDocument'],
    [
      'with a zone',
      { expiration: '2999-01-01T00:00:00+08:00', conditions: [] },
      400,
      'InvalidPolicyDocument',
    ],
    ['without an end', { conditions: [] }, 400, 'InvalidPolicyDocument'],
    ['without conditions', { expiration }, 400, 'InvalidPolicyDocument'],
    [
      'with an unknown condition',
      { expiration, conditions: [['like', '$key', 'a']] },
      400,
      'InvalidPolicyDocument',
    ],
    ['with two members', { expiration, conditions: [{ key: 'a', bucket }] }, 400, 'InvalidPolicyDocument'],
  ])('%s is refused', async (_, policy, status, code) => {
    const answer = await post([...signText(JSON.stringify(policy)), ['key', 'refused']]);
    expect(answer).toMatchObject({ status, code, message: expect.stringMatching(/^Invalid /) });
    expect(await exists('refused')).toBe(false);
  });

  test.each([
    ['no JSON', '{', 'InvalidPolicyDocument'],
    [
      'deep',
      `{"expiration":"${expiration}","conditions":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
      'InvalidPolicyDocument',
    ],
    [
      'too large',
      JSON.stringify({ expiration, conditions: ['x'.repeat(2_000_000)] }),
      'MaxPOSTPreDataLengthExceededError',
    ],
  ])('that is %s is refused', async (_, text, code) => {
    expect(await post([...signText(text), ['key', 'refused']])).toMatchObject({ status: 400, code });
  });

  test('that is no base64 is refused', async () => {
    const Signature = signV1(credentials.accessKeySecret, '%%%');
    const fields = { OSSAccessKeyId: credentials.accessKeyId, policy: '%%%', Signature, key: 'refused' };
    expect(await post(Object.entries(fields))).toMatchObject({ status: 400, code: 'InvalidPolicyDocument' });
  });
});
