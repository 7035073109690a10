import OSS from 'ali-oss';
import { describe, expect, test } from 'vitest';
import { percentEncode, signV1 } from '#oss';
import { credentials, useEmulator } from '../fixtures/emulator.fixture.js';
import { elementOf, sendRaw } from '../fixtures/requests.fixture.js';
import { rpcStringToSign } from './rpc-signature.js';

const emulator = useEmulator();
const role = 'acs:ram::1234567890123456:role/uploader';

interface StsClient {
  assumeRole(
    role: string,
    policy?: unknown,
    expiration?: number,
    session?: string,
  ): Promise<{ credentials: Record<string, string> }>;
}
// Its types do not know that the endpoint can be chosen.
const Sts = OSS.STS as unknown as new (options: Record<string, string>) => StsClient;
const client = (path: string, keys = credentials) => new Sts({ ...keys, endpoint: `${emulator.url}${path}` });

describe('AssumeRole', () => {
  test.each(['', '/-/sts'])('issues a key to the real client at %s, which then works', async (path) => {
    const policy = { Version: '1', Statement: [{ Effect: 'Allow', Action: ['oss:*'], Resource: ['*'] }] };
    const { credentials: issued } = await client(path).assumeRole(role, policy, 900, 'session-1');
    expect(issued).toMatchObject({
      AccessKeyId: expect.stringMatching(/^STS\.N/),
      Expiration: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    });
    const { AccessKeyId: accessKeyId = '', AccessKeySecret: accessKeySecret = '', SecurityToken } = issued;
    for (const version of ['V1', 'V4'] as const) {
      const oss = emulator.client(version, { accessKeyId, accessKeySecret, securityToken: SecurityToken });
      await oss.put('by-role', Buffer.from(version));
      expect((await oss.get('by-role')).content).toEqual(Buffer.from(version));
    }
  });

  test('refuses the real client in its own words', async () => {
    const wrong = client('', { ...credentials, accessKeySecret: 'wrong' });
    await expect(wrong.assumeRole(role)).rejects.toMatchObject({
      status: 400,
      code: 'SignatureDoesNotMatch',
    });
    await expect(client('', { ...credentials, accessKeyId: 'x' }).assumeRole(role)).rejects.toMatchObject({
      status: 404,
      code: 'InvalidAccessKeyId.NotFound',
    });
    await expect(client('').assumeRole('role')).rejects.toMatchObject({ code: 'InvalidParameter.RoleArn' });
  });

  const valid = {
    Action: 'AssumeRole',
    Version: '2015-04-01',
    RoleArn: role,
    RoleSessionName: 'session-1',
    SignatureMethod: 'HMAC-SHA1',
    SignatureVersion: '1.0',
    AccessKeyId: credentials.accessKeyId,
  };
  const get = (changes: Record<string, string>, host = 'localhost') => {
    const parameters = {
      ...valid,
      SignatureNonce: '1',
      Timestamp: new Date().toISOString(),
      ...changes,
    };
    const signature = signV1(`${credentials.accessKeySecret}&`, rpcStringToSign('GET', parameters));
    const query = Object.entries({ ...parameters, Signature: signature })
      .map(([name, value]) => `${name}=${percentEncode(value)}`)
      .join('&');
    return sendRaw(emulator.url, { target: `/?${query}`, headers: { host } });
  };

  test.each(['localhost', 'sts.localhost', 'sts.cn-hangzhou.aliyuncs.com'])(
    'answers GET at %s, in JSON or XML',
    async (host) => {
      const json = await get({ Format: 'JSON' }, host);
      expect(json.status).toBe(200);
      expect(JSON.parse(json.text)).toMatchObject({
        AssumedRoleUser: { Arn: 'acs:ram::1234567890123456:assumed-role/uploader/session-1' },
        Credentials: { SecurityToken: expect.stringMatching(/^CAIS/) },
      });
      const xml = await get({}, host);
      expect(elementOf(xml.text, 'SecurityToken')).toMatch(/^CAIS/);
    },
  );

  test.each([
    ['InvalidAction.NotFound', { Action: 'GetCallerIdentity' }],
    ['MissingRoleArn', { RoleArn: '' }],
    ['MissingSignatureNonce', { SignatureNonce: '' }],
    ['InvalidTimeStamp.Format', { Timestamp: 'soon' }],
    ['InvalidTimeStamp.Expired', { Timestamp: '2026-01-15T08:30:00Z' }],
    ['InvalidParameter.SignatureMethod', { SignatureMethod: 'HMAC-MD5' }],
    ['InvalidParameter.RoleSessionName', { RoleSessionName: 'a b' }],
    ['InvalidParameter.DurationSeconds', { DurationSeconds: '60' }],
    ['InvalidParameter.PolicyGrammar', { Policy: '{' }],
    ['InvalidParameter.PolicySize', { Policy: JSON.stringify({ Statement: ['x'.repeat(2048)] }) }],
  ])('refuses with %s', async (code, changes) => {
    const answer = await get({ ...changes, Format: 'JSON' });
    expect(JSON.parse(answer.text)).toMatchObject({ Code: code });
    expect(answer.status).toBeGreaterThanOrEqual(400);
  });
});
