import { describe, expect, test } from 'vitest';
import {
  canonicalRequestV4,
  presignUrlV4,
  signRequestV1,
  signRequestV4,
  signV1,
  signV4,
  stringToSignV1,
  stringToSignV4,
  verifyRequest,
  type OssRequest,
} from '#oss';
import { readVectors, type SignatureVector } from '../../test-data/vectors.js';

// V2 is not supported: only two SDKs speak it, and both speak V4 as well.
const vectors = readVectors('request-signatures').filter(({ scheme }) => scheme !== 'V2');
const whole = vectors.filter(({ place }) => place !== 'string-to-sign-only');
const v1 = whole.filter(({ scheme }) => scheme === 'V1');
const v4 = whole.filter(({ scheme }) => scheme === 'V4');

const queryOf = (url: string) => Object.fromEntries(new URL(url).searchParams);
const requestOf = ({ bucket, key, request }: SignatureVector): OssRequest => ({
  method: request.method,
  bucket,
  objectKey: key,
  query: queryOf(request.url),
  headers: { host: new URL(request.url).host, ...request.headers },
});

const clock = new Date('2026-01-15T08:30:00Z');
const credentials = {
  accessKeyId: 'LTAI5tEmulatorTestKey01',
  accessKeySecret: 'emulatorSecret+/=Key0123456789ab',
};
const rules = {
  findSecret: (id: string) => (id === credentials.accessKeyId ? credentials.accessKeySecret : undefined),
  region: 'cn-hangzhou',
  now: clock,
};
const refusal = (status: number, code: string, ec?: string) =>
  expect.objectContaining(ec ? { status, code, ec } : { status, code });

describe('V1', () => {
  test.each(v1)('signs $id', (vector) => {
    const { headers } = vector.request;
    const date =
      vector.place === 'url'
        ? (vector.expires ?? queryOf(vector.request.url)['Expires'] ?? '')
        : (headers['x-oss-date'] ?? headers['date'] ?? '');
    const text = stringToSignV1(requestOf(vector), date);
    expect(text).toBe(vector.stringToSign);
    expect(signV1(vector.credentials.accessKeySecret, text)).toBe(vector.signature);
  });

  test('signs the published string', () => {
    const published = vectors.find(({ place }) => place === 'string-to-sign-only');
    expect(signV1(published?.credentials.accessKeySecret ?? '', published?.stringToSign ?? '')).toBe(
      published?.signature,
    );
  });
});

describe('V4', () => {
  test.each(v4)('signs $id', (vector) => {
    const { query, headers } = requestOf(vector);
    const date = query['x-oss-date'] ?? headers['x-oss-date'] ?? '';
    const region = vector.scope.split('/')[1] ?? '';
    const canonical = canonicalRequestV4(
      requestOf(vector),
      vector.additionalHeaders,
      vector.canonicalQueryVariant ? 'name=' : 'name',
    );
    expect(canonical).toBe(vector.canonicalRequest);
    expect(stringToSignV4(canonical, date, region)).toBe(vector.stringToSign);
    expect(signV4(vector.credentials.accessKeySecret, date, region, vector.stringToSign)).toBe(
      vector.signature,
    );
  });
});

describe('verifyRequest', () => {
  const sent = whole.filter(
    ({ place, request }) =>
      (place === 'header' && request.headers['authorization'] !== undefined) ||
      /[?&](x-oss-signature|Signature)=/.test(request.url),
  );
  const rulesOf = ({ credentials: { accessKeyId, accessKeySecret } }: SignatureVector) => ({
    ...rules,
    findSecret: (id: string) => (id === accessKeyId ? accessKeySecret : undefined),
  });

  test.each(sent)('believes $id', (vector) => {
    expect(verifyRequest(requestOf(vector), rulesOf(vector))?.accessKeyId).toBe(
      vector.credentials.accessKeyId,
    );
  });

  test.each(sent)('refuses $id for another bucket, method, secret or clock', (vector) => {
    const request = requestOf(vector);
    const mismatch = refusal(403, 'SignatureDoesNotMatch', '0002-00000040');
    expect(() => verifyRequest({ ...request, bucket: 'other' }, rulesOf(vector))).toThrow(mismatch);
    expect(() => verifyRequest({ ...request, method: 'PATCH' }, rulesOf(vector))).toThrow(mismatch);
    expect(() => verifyRequest(request, { ...rules, findSecret: () => 'other' })).toThrow(mismatch);
    expect(() => verifyRequest(request, { ...rules, findSecret: () => undefined })).toThrow(
      refusal(403, 'InvalidAccessKeyId', '0002-00000902'),
    );
    expect(() =>
      verifyRequest(request, { ...rulesOf(vector), now: new Date('2027-01-15T08:30:00Z') }),
    ).toThrow(refusal(403, vector.place === 'url' ? 'AccessDenied' : 'RequestTimeTooSkewed'));
  });

  test('covers at least sixty requests of real clients', () => {
    expect(sent.length).toBeGreaterThan(60);
  });

  const plain: OssRequest = {
    method: 'GET',
    bucket: 'b',
    objectKey: 'a/ü+ !.txt',
    query: { acl: '' },
    headers: {},
  };

  test('takes what signRequestV1 and signRequestV4 make', () => {
    for (const added of [
      signRequestV1(plain, credentials, clock),
      signRequestV4(plain, { ...credentials, securityToken: 't' }, 'cn-hangzhou', clock),
    ])
      expect(verifyRequest({ ...plain, headers: added }, rules)).toEqual({
        accessKeyId: credentials.accessKeyId,
      });
  });

  test('takes the Date header as aliyun-oss-go-sdk signs it', () => {
    const httpDate = clock.toUTCString();
    const headers = { date: httpDate, 'x-oss-content-sha256': 'UNSIGNED-PAYLOAD' };
    const [day, region] = ['20260115', 'cn-hangzhou'];
    const canonical = canonicalRequestV4({ ...plain, headers });
    const stringToSign = stringToSignV4(canonical, day, region, httpDate);
    expect(stringToSign).toContain(`\n${httpDate}\n${day}/`);
    const signature = signV4(credentials.accessKeySecret, day, region, stringToSign);
    const credential = `${credentials.accessKeyId}/${day}/${region}/oss/aliyun_v4_request`;
    const authorization = `OSS4-HMAC-SHA256 Credential=${credential},Signature=${signature}`;
    const verify = (date: string, now = clock) =>
      verifyRequest({ ...plain, headers: { ...headers, date, authorization } }, { ...rules, now });
    expect(verify(httpDate)).toEqual({ accessKeyId: credentials.accessKeyId });
    expect(() => verify(new Date(clock.getTime() + 1_000).toUTCString())).toThrow(
      refusal(403, 'SignatureDoesNotMatch'),
    );
    expect(() => verify(httpDate, new Date(clock.getTime() + 3_600_000))).toThrow(
      refusal(403, 'RequestTimeTooSkewed'),
    );
    expect(() => verify('soon')).toThrow(refusal(400, 'InvalidArgument'));
  });

  test('tells anonymous requests', () => {
    expect(verifyRequest(plain, rules)).toBeUndefined();
  });

  test.each([
    ['Basic abc', 400, 'InvalidArgument'],
    ['OSS2 AccessKeyId:a,Signature:b', 400, 'InvalidArgument'],
    ['OSS keyonly', 400, 'InvalidArgument'],
    ['OSS LTAI5tEmulatorTestKey01:xyz', 403, 'AccessDenied'],
    ['OSS4-HMAC-SHA256 Credential=a', 400, 'InvalidArgument'],
    ['OSS4-HMAC-SHA256 Signature=a', 400, 'InvalidArgument'],
    ['OSS4-HMAC-SHA256 ', 400, 'InvalidArgument'],
  ])('refuses the header %s', (authorization, status, code) => {
    expect(() => verifyRequest({ ...plain, headers: { authorization } }, rules)).toThrow(
      refusal(status, code),
    );
  });

  test.each([
    ['k/20260115/cn-hangzhou/oss/aws4_request', '0002-00000213'],
    ['k/20260115/cn-hangzhou/s3/aliyun_v4_request', '0002-00000227'],
    ['k/20260115/oss-cn-hangzhou/oss/aliyun_v4_request', '0002-00000226'],
    ['k/20260115/cn-beijing/oss/aliyun_v4_request', '0002-00000226'],
    ['k/20260114/cn-hangzhou/oss/aliyun_v4_request', undefined],
  ])('refuses the credential %s', (credential, ec) => {
    const headers = {
      authorization: `OSS4-HMAC-SHA256 Credential=${credential},Signature=00`,
      'x-oss-date': '20260115T083000Z',
      'x-oss-content-sha256': 'UNSIGNED-PAYLOAD',
    };
    expect(() => verifyRequest({ ...plain, headers }, rules)).toThrow(refusal(400, 'InvalidArgument', ec));
  });

  test.each([
    [{ OSSAccessKeyId: 'k' }, 403, 'AccessDenied'],
    [{ OSSAccessKeyId: 'k', Expires: 'soon', Signature: 's' }, 403, 'AccessDenied'],
    [{ 'x-oss-signature-version': 'OSS2' }, 400, 'InvalidArgument'],
    [{ 'x-oss-signature-version': 'OSS4-HMAC-SHA256' }, 403, 'AccessDenied'],
  ])('refuses the query %j', (query, status, code) => {
    expect(() => verifyRequest({ ...plain, query }, rules)).toThrow(refusal(status, code));
  });

  test('takes the time of V4 from Date, as the SDK for Android sends it', () => {
    const date = '20260115T083000Z';
    const headers = { date, 'x-oss-content-sha256': 'UNSIGNED-PAYLOAD' };
    const text = stringToSignV4(canonicalRequestV4({ ...plain, headers }), date, 'cn-hangzhou');
    const signature = signV4(credentials.accessKeySecret, date, 'cn-hangzhou', text);
    const credential = `${credentials.accessKeyId}/20260115/cn-hangzhou/oss/aliyun_v4_request`;
    const authorization = `OSS4-HMAC-SHA256 Credential=${credential},Signature=${signature}`;
    expect(verifyRequest({ ...plain, headers: { ...headers, authorization } }, rules)).toEqual({
      accessKeyId: credentials.accessKeyId,
    });
  });

  test('refuses two ways of authentication at once', () => {
    const headers = signRequestV1(plain, credentials, clock);
    const query = { OSSAccessKeyId: 'k', Expires: '1', Signature: 's' };
    expect(() => verifyRequest({ ...plain, headers, query }, rules)).toThrow(refusal(400, 'InvalidArgument'));
  });
});

describe('presignUrlV4', () => {
  const request = {
    ...credentials,
    endpoint: new URL('http://localhost:9000'),
    pathStyle: true,
    bucket: 'b1',
    objectKey: "dir/a b+c 中文'(1).txt",
    region: 'cn-hangzhou',
    expiresInS: 600,
    now: clock,
  };
  const verify = (url: string, now: Date, more: Partial<OssRequest> = {}) =>
    verifyRequest(
      {
        method: 'GET',
        bucket: 'b1',
        objectKey: request.objectKey,
        query: queryOf(url),
        headers: {},
        ...more,
      },
      { ...rules, now },
    );

  test('addresses by path or by host', () => {
    const path = '/dir/a%20b%2Bc%20%E4%B8%AD%E6%96%87%27%281%29.txt';
    expect(new URL(presignUrlV4(request)).pathname).toBe(`/b1${path}`);
    const endpoint = new URL('https://oss-cn-hangzhou.aliyuncs.com');
    const url = new URL(presignUrlV4({ ...request, pathStyle: false, endpoint }));
    expect(url.origin + url.pathname).toBe(`https://b1.oss-cn-hangzhou.aliyuncs.com${path}`);
  });

  test('makes URLs that hold until they expire', () => {
    const url = presignUrlV4({
      ...request,
      query: { 'x-oss-process': 'image/info', acl: '' },
      securityToken: 't+/=',
    });
    expect(verify(url, clock)).toBeDefined();
    expect(verify(url, new Date(clock.getTime() + 600_000))).toBeDefined();
    expect(() => verify(url, new Date(clock.getTime() + 600_001))).toThrow('Request has expired.');
    expect(() => verify(url, new Date(clock.getTime() - 900_001))).toThrow(
      refusal(403, 'RequestTimeTooSkewed'),
    );
    expect(() => verify(url.replace('image%2Finfo', 'image%2Fblur'), clock)).toThrow(
      refusal(403, 'SignatureDoesNotMatch'),
    );
  });

  test('binds method and headers', () => {
    const headers = { 'content-type': 'image/jpeg' };
    const url = presignUrlV4({ ...request, method: 'PUT', headers });
    expect(verify(url, clock, { method: 'PUT', headers })).toBeDefined();
    expect(() => verify(url, clock, { method: 'PUT' })).toThrow(refusal(403, 'SignatureDoesNotMatch'));
    expect(() => verify(url, clock, { headers })).toThrow(refusal(403, 'SignatureDoesNotMatch'));
  });

  test.each([
    [0, refusal(403, 'AccessDenied')],
    [604_801, refusal(400, 'InvalidArgument', '0002-00000232')],
  ])('%i seconds are refused by the server', (expiresInS, refused) => {
    expect(() => verify(presignUrlV4({ ...request, expiresInS }), clock)).toThrow(refused);
  });
});
