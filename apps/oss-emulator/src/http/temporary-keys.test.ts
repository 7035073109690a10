import { beforeAll, describe, expect, test } from 'vitest';
import {
  presignUrlV4,
  signPolicyV1,
  signPolicyV4,
  signRequestV1,
  signRequestV4,
  signV1,
  type OssCredentials,
} from '#oss';
import { loadConfig } from '#runtime';
import { bucket, credentials, region, useEmulator } from '../fixtures/emulator.fixture.js';
import { elementOf, sendForm, sendRaw, type RawAnswer } from '../fixtures/requests.fixture.js';

const sts = {
  accessKeyId: 'STS.NTestKey',
  accessKeySecret: 'temporary-secret+/=',
  securityToken: 'CAIS+token/of==one',
};
const other = { accessKeyId: 'STS.NOther', accessKeySecret: 'other-secret', securityToken: 'CAIS+other/==' };
const ended = { accessKeyId: 'STS.NEnded', accessKeySecret: 'ended-secret', securityToken: 'CAIS+ended/==' };
const permanent: OssCredentials = credentials;

const emulator = useEmulator({
  temporaryKeys: [
    { ...sts, expiresAt: new Date(Date.now() + 3_600_000) },
    other,
    { ...ended, expiresAt: new Date(Date.now() - 1000) },
  ],
});
beforeAll(() => emulator.client().put('k', Buffer.from('hello')));

const get = { method: 'GET', bucket, objectKey: 'k', query: {}, headers: {} };
const target = `/${bucket}/k`;
const expiresAt = new Date(Date.now() + 60_000);

type Answer = Pick<RawAnswer, 'status' | 'text'>;
async function outcome(answer: Answer | Promise<Answer>) {
  const { status, text } = await answer;
  return [status, elementOf(text, 'Code')];
}
async function read(address: string | URL): Promise<Answer> {
  const answer = await fetch(address);
  return { status: answer.status, text: await answer.text() };
}

/** Every carrier of a signature, with a token where STS wants it. */
const carriers: Record<string, (keys: OssCredentials) => ReturnType<typeof outcome>> = {
  'V1 header': (keys) => outcome(sendRaw(emulator.url, { target, headers: signRequestV1(get, keys) })),
  'V4 header': (keys) =>
    outcome(sendRaw(emulator.url, { target, headers: signRequestV4(get, keys, region) })),
  'V1 URL': (keys) => outcome(read(presignV1(keys))),
  'V4 URL': (keys) => outcome(read(presignV4(keys))),
  'V1 form': (keys) => outcome(post(signPolicyV1({ ...keys, bucket, expiresAt, conditions: [] }))),
  'V4 form': (keys) => outcome(post(signPolicyV4({ ...keys, bucket, region, expiresAt, conditions: [] }))),
};

function presignV4(keys: OssCredentials): string {
  const where = { endpoint: new URL(emulator.url), pathStyle: true, bucket, objectKey: 'k', region };
  return presignUrlV4({ ...keys, ...where, expiresInS: 60 });
}

function presignV1({ accessKeyId, accessKeySecret, securityToken }: OssCredentials): string {
  const expires = String(Math.floor(expiresAt.getTime() / 1000));
  const token = securityToken === undefined ? '' : `?security-token=${securityToken}`;
  const signature = signV1(accessKeySecret, `GET\n\n\n${expires}\n/${bucket}/k${token}`);
  const query = new URLSearchParams({ OSSAccessKeyId: accessKeyId, Expires: expires, Signature: signature });
  if (securityToken !== undefined) query.set('security-token', securityToken);
  return `${emulator.url}${target}?${query}`;
}

const post = (fields: Record<string, string>) =>
  sendForm(emulator.url, Object.entries({ ...fields, key: 'posted' }));

describe.each(Object.entries(carriers))('a temporary key in a %s', (_, send) => {
  test('is good with its token', async () => {
    expect([200, 204]).toContain((await send(sts))[0]);
  });

  test.each([
    ['no token', { ...sts, securityToken: undefined }, 'InvalidAccessKeyId'],
    ['an unknown token', { ...sts, securityToken: 'CAISinvented' }, 'InvalidSecurityToken'],
    [
      "another key's token",
      { ...sts, securityToken: other.securityToken },
      'AccessKeyIdAndSecurityTokenNotMatch',
    ],
    ['a token that ended', ended, 'SecurityTokenExpired'],
    ['a wrong secret', { ...sts, accessKeySecret: 'x' }, 'SignatureDoesNotMatch'],
    ['a permanent key with a token', { ...permanent, securityToken: 'CAISinvented' }, 'InvalidSecurityToken'],
    [
      "a permanent key with another key's token",
      { ...permanent, securityToken: sts.securityToken },
      'AccessKeyIdAndSecurityTokenNotMatch',
    ],
  ] as [string, OssCredentials, string][])('is refused: %s', async (_, keys, code) => {
    expect(await send(keys)).toEqual([403, code]);
  });
});

describe('a security token', () => {
  test('is part of what is signed', async () => {
    for (const headers of [signRequestV1(get, sts), signRequestV4(get, sts, region)]) {
      const changed = { ...headers, 'x-oss-security-token': ended.securityToken };
      const keyless = { ...changed, authorization: headers['authorization'] ?? '' };
      expect((await outcome(await sendRaw(emulator.url, { target, headers: keyless })))[0]).toBe(403);
    }
    const withoutToken = new URL(presignV1({ ...sts, securityToken: undefined }));
    withoutToken.searchParams.set('security-token', sts.securityToken);
    expect(await outcome(read(withoutToken))).toEqual([403, 'SignatureDoesNotMatch']);
  });

  test('in header and URL at once is refused', async () => {
    const presigned = new URL(presignV4(sts));
    const headers = { 'x-oss-security-token': sts.securityToken };
    const answer = await sendRaw(emulator.url, {
      target: `${presigned.pathname}${presigned.search}`,
      headers,
    });
    expect(await outcome(answer)).toEqual([400, 'InvalidArgument']);
  });

  test('comes as security-token from one SDK of V1', async () => {
    const signed = signRequestV1(get, { ...sts, securityToken: undefined });
    const headers = { ...signed, 'security-token': sts.securityToken };
    expect((await sendRaw(emulator.url, { target, headers })).status).toBe(200);
  });

  test('of a V4 form must stand in the policy', async () => {
    const withoutToken = { ...sts, securityToken: undefined };
    const fields = signPolicyV4({ ...withoutToken, bucket, region, expiresAt, conditions: [] });
    expect(await outcome(post({ ...fields, 'x-oss-security-token': sts.securityToken }))).toEqual([
      400,
      'InvalidArgument',
    ]);
  });

  test('of a form may not be sent twice with two values', async () => {
    const fields = signPolicyV4({ ...sts, bucket, region, expiresAt, conditions: [] });
    const { 'x-oss-security-token': token = '', ...rest } = fields;
    const twice = { ...rest, 'X-Oss-Security-Token': other.securityToken, 'x-oss-security-token': token };
    expect(await outcome(post(twice))).toEqual([403, 'AccessDenied']);
  });

  test.each(['V1', 'V4'] as const)('works from the real client with %s', async (signature) => {
    const client = emulator.client(signature, sts);
    await client.put('by-client', Buffer.from('x'));
    expect((await client.get('by-client')).content).toEqual(Buffer.from('x'));
    expect((await fetch(client.signatureUrl('by-client'))).status).toBe(200);
    const refused = emulator.client(signature, ended).get('by-client');
    await expect(refused).rejects.toMatchObject({ status: 403, code: 'SecurityTokenExpired' });
  });
});

describe('the setting of temporary keys', () => {
  const load = (keys: string) =>
    loadConfig(['emulator'], {
      EMULATOR_ACCESS_KEY_ID: 'id',
      EMULATOR_ACCESS_KEY_SECRET: 'secret',
      EMULATOR_TEMPORARY_KEYS: keys,
    }).emulator.temporaryKeys;

  test('is a list, empty by default', () => {
    expect(load('')).toEqual([]);
    const expiring = { ...sts, expiresAt: '2026-01-15T09:30:00Z' };
    expect(load(JSON.stringify([expiring, other]))).toEqual([
      { ...sts, expiresAt: new Date('2026-01-15T09:30:00Z') },
      other,
    ]);
  });

  test.each([
    'topsecret',
    '{"secret":"topsecret"}',
    JSON.stringify([{ ...sts, accessKeyId: 'LTAI5t', accessKeySecret: 'topsecret' }]),
    JSON.stringify([{ ...sts, accessKeySecret: 'topsecret', securityToken: '' }]),
    JSON.stringify([{ ...sts, accessKeySecret: 'topsecret', expiresAt: 'soon' }]),
  ])('is refused without being shown: %s', (keys) => {
    expect(() => load(keys)).toThrow(/EMULATOR_TEMPORARY_KEYS: /);
    expect(() => load(keys)).not.toThrow(/topsecret/);
  });
});
