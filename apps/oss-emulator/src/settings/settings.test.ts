import { describe, expect, test } from 'vitest';
import { useEmulator } from '../fixtures/emulator.fixture.js';
import { elementOf, sendRaw, sendSigned } from '../fixtures/requests.fixture.js';

const emulator = useEmulator();

const ask = (method: string, name: string, body?: string, headers: Record<string, string> = {}) =>
  sendSigned(emulator.url, {
    method,
    query: Object.fromEntries(new URLSearchParams(name)),
    headers,
    ...(body !== undefined && { body }),
  });
const outcome = async (answer: ReturnType<typeof ask>) => {
  const { status, text } = await answer;
  return [status, elementOf(text, 'Code')];
};

const corsRule = (more: string) => `<CORSConfiguration><CORSRule>${more}</CORSRule></CORSConfiguration>`;
const anyOrigin = '<AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod>';
const rule = (more: string) => `<LifecycleConfiguration><Rule>${more}</Rule></LifecycleConfiguration>`;
const expires = '<Prefix>a/</Prefix><Status>Enabled</Status><Expiration><Days>3</Days></Expiration>';
const encryption = (more: string) =>
  `<ServerSideEncryptionRule><ApplyServerSideEncryptionByDefault>${more}</ApplyServerSideEncryptionByDefault></ServerSideEncryptionRule>`;
const tagging = (...keys: string[]) =>
  `<Tagging><TagSet>${keys.map((key) => `<Tag><Key>${key}</Key><Value>v</Value></Tag>`).join('')}</TagSet></Tagging>`;
const policy = '{"Version":"1","Statement":[]}';
const callback = Buffer.from('{"callbackUrl":"http://127.0.0.1:9/","callbackBody":"a"}').toString('base64');
const callbackPolicy = `<BucketCallbackPolicy><PolicyItem><PolicyName>p</PolicyName><Callback>${callback}</Callback></PolicyItem></BucketCallbackPolicy>`;

describe('a setting', () => {
  test.each([
    ['cors', corsRule(anyOrigin), 'NoSuchCORSConfiguration'],
    ['lifecycle', rule(expires), 'NoSuchLifecycle'],
    [
      'website',
      '<WebsiteConfiguration><IndexDocument><Suffix>index.html</Suffix></IndexDocument></WebsiteConfiguration>',
      'NoSuchWebsiteConfiguration',
    ],
    ['encryption', encryption('<SSEAlgorithm>AES256</SSEAlgorithm>'), 'NoSuchServerSideEncryptionRule'],
    [
      'transferAcceleration',
      '<TransferAccelerationConfiguration><Enabled>true</Enabled></TransferAccelerationConfiguration>',
      'NoSuchTransferAccelerationConfiguration',
    ],
    ['policy', policy, 'NoSuchBucketPolicy'],
    ['policy&comp=callback', callbackPolicy, 'BucketCallbackPolicyNotExist'],
  ])('%s is not there, is stored and returned, survives a restart, and goes', async (name, body, missing) => {
    expect(await outcome(ask('GET', name))).toEqual([404, missing]);
    expect((await ask('PUT', name, body)).status).toBe(200);
    await emulator.restart();
    expect((await ask('GET', name)).text).toBe(body);
    for (let times = 0; times < 2; times++) expect((await ask('DELETE', name)).status).toBe(204);
    expect(await outcome(ask('GET', name))).toEqual([404, missing]);
  });

  test.each([
    ['referer', '<AllowEmptyReferer>true</AllowEmptyReferer>'],
    ['logging', '<BucketLoggingStatus></BucketLoggingStatus>'],
    ['requestPayment', '<Payer>BucketOwner</Payer>'],
    ['qos', '<StorageCapacity>-1</StorageCapacity>'],
    ['accessmonitor', '<Status>Disabled</Status>'],
    ['resourceGroup', '<ResourceGroupId>rg-default-id</ResourceGroupId>'],
    ['tagging', '<Tagging><TagSet></TagSet></Tagging>'],
  ])('%s has a value from the start', async (name, value) => {
    expect((await ask('GET', name)).text).toContain(value);
  });

  test('needs a bucket', async () => {
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const answer = await sendSigned(emulator.url, {
        method,
        bucket: 'missing-bucket',
        query: { cors: '' },
        body: method === 'PUT' ? corsRule(anyOrigin) : '',
      });
      expect([answer.status, elementOf(answer.text, 'Code')]).toEqual([404, 'NoSuchBucket']);
    }
  });
});

describe('a document is refused', () => {
  test.each([
    ['cors', '<CORSConfiguration><CORSRule>', 'MalformedXML'],
    ['cors', '<CORSConfiguration/>', 'MalformedXML'],
    ['cors', '<Other/>', 'MalformedXML'],
    ['cors', '<!DOCTYPE a [<!ENTITY x "y">]><CORSConfiguration/>', 'MalformedXML'],
    ['cors', `${corsRule(anyOrigin)}${' '.repeat(1_048_576)}`, 'MalformedXML'],
    ['cors', corsRule('<AllowedMethod>GET</AllowedMethod>'), 'MalformedXML'],
    ['cors', corsRule(`${anyOrigin}<AllowedMethod>PATCH</AllowedMethod>`), 'InvalidArgument'],
    ['cors', corsRule(`${anyOrigin}<AllowedOrigin>*.a.*</AllowedOrigin>`), 'InvalidArgument'],
    ['cors', corsRule(`${anyOrigin}<MaxAgeSeconds>-1</MaxAgeSeconds>`), 'InvalidArgument'],
    ['lifecycle', '<This is a bad xml></bad as I am>', 'MalformedXML'],
    ['lifecycle', rule('<Prefix>a</Prefix><Status>On</Status>'), 'MalformedXML'],
    ['lifecycle', rule(expires.replace('3', '0')), 'InvalidArgument'],
    [
      'lifecycle',
      rule(`${expires}<Transition><Days>4</Days><StorageClass>IA</StorageClass></Transition>`),
      'InvalidArgument',
    ],
    [
      'lifecycle',
      rule(`${expires}<Transition><Days>2</Days><StorageClass>Standard</StorageClass></Transition>`),
      'InvalidArgument',
    ],
    ['encryption', encryption('<SSEAlgorithm>DES</SSEAlgorithm>'), 'InvalidEncryptionAlgorithmError'],
    [
      'encryption',
      encryption('<SSEAlgorithm>AES256</SSEAlgorithm><KMSMasterKeyID>k</KMSMasterKeyID>'),
      'InvalidArgument',
    ],
    [
      'logging',
      '<BucketLoggingStatus><LoggingEnabled><TargetBucket>missing-bucket</TargetBucket></LoggingEnabled></BucketLoggingStatus>',
      'InvalidTargetBucketForLogging',
    ],
    [
      'requestPayment',
      '<RequestPaymentConfiguration><Payer>Me</Payer></RequestPaymentConfiguration>',
      'MalformedXML',
    ],
    ['qos', '<BucketUserQos><StorageCapacity>-2</StorageCapacity></BucketUserQos>', 'InvalidArgument'],
    ['tagging', tagging('a', 'a'), 'InvalidTag'],
    ['tagging', '<Tagging/>', 'MalformedXML'],
    ['policy', 'no JSON', 'InvalidPolicyDocument'],
    ['policy', '{"Version":"1"}', 'InvalidPolicyDocument'],
    ['policy', policy + ' '.repeat(1_048_576), 'InvalidPolicyDocument'],
    ['policy&comp=callback', callbackPolicy.replace(callback, '!'), 'InvalidArgument'],
  ])('%s: %#', async (name, body, code) => {
    expect(await outcome(ask('PUT', name, body))).toEqual([400, code]);
  });

  test('lifecycle rules that overlap, unless the client allows it', async () => {
    const twice = rule(expires).replace('</Rule>', `</Rule><Rule>${expires.replace('a/', 'a/b')}</Rule>`);
    const answer = await ask('PUT', 'lifecycle', twice);
    expect(elementOf(answer.text, 'Message')).toBe('Overlap for same action type Expiration');
    const allowed = await ask('PUT', 'lifecycle', twice, { 'x-oss-allow-same-action-overlap': 'true' });
    expect(allowed.status).toBe(200);
  });
});

test('tags are deleted by key', async () => {
  await ask('PUT', 'tagging', tagging('a', 'b', 'c'));
  expect((await ask('DELETE', 'tagging=a,c')).status).toBe(204);
  expect((await ask('GET', 'tagging')).text).toContain(tagging('b').slice('<Tagging>'.length));
  await ask('DELETE', 'tagging');
  expect((await ask('GET', 'tagging')).text).not.toContain('<Tag>');
});

test('stat counts objects and uploads', async () => {
  for (const key of ['1', '2']) await sendSigned(emulator.url, { method: 'PUT', key, body: 'abc' });
  await sendSigned(emulator.url, { method: 'POST', key: '3', query: { uploads: '' } });
  const { text } = await ask('GET', 'stat');
  expect(['Storage', 'ObjectCount', 'MultipartUploadCount'].map((name) => elementOf(text, name))).toEqual([
    '6',
    '2',
    '1',
  ]);
});

describe('CORS rules', () => {
  const configuration = corsRule(
    '<AllowedOrigin>https://*.example.com</AllowedOrigin><AllowedMethod>PUT</AllowedMethod><AllowedMethod>GET</AllowedMethod>' +
      '<AllowedHeader>x-oss-*</AllowedHeader><AllowedHeader>content-type</AllowedHeader>' +
      '<ExposeHeader>ETag</ExposeHeader><MaxAgeSeconds>30</MaxAgeSeconds>',
  ).replace('</CORSRule>', '</CORSRule><ResponseVary>true</ResponseVary>');
  const preflight = (origin: string, method: string, headers: string) =>
    sendRaw(emulator.url, {
      method: 'OPTIONS',
      target: '/examplebucket/k',
      headers: {
        origin,
        'access-control-request-method': method,
        'access-control-request-headers': headers,
      },
    });

  test('decide preflights', async () => {
    await ask('PUT', 'cors', configuration);
    const allowed = await preflight('https://app.example.com', 'PUT', 'Content-Type, x-oss-callback');
    expect(allowed).toMatchObject({
      status: 200,
      headers: {
        'access-control-allow-origin': 'https://app.example.com',
        'access-control-allow-methods': 'PUT, GET',
        'access-control-allow-headers': 'Content-Type, x-oss-callback',
        'access-control-expose-headers': 'ETag',
        'access-control-max-age': '30',
      },
    });
    for (const [origin, method, headers] of [
      ['https://example.com', 'PUT', ''],
      ['https://app.example.com', 'POST', ''],
      ['https://app.example.com', 'PUT', 'authorization'],
    ] as const) {
      const refused = await preflight(origin, method, headers);
      expect([refused.status, elementOf(refused.text, 'Code')]).toEqual([403, 'AccessForbidden']);
      expect(refused.headers['access-control-allow-origin']).toBeUndefined();
    }
  });

  test('decide what an answer says, a refusal too', async () => {
    await ask('PUT', 'cors', configuration);
    const from = (origin: string) => sendSigned(emulator.url, { key: 'missing', headers: { origin } });
    const { status, headers } = await from('https://app.example.com');
    expect([status, headers['access-control-allow-origin'], headers['vary']]).toEqual([
      404,
      'https://app.example.com',
      'Origin',
    ]);
    expect((await from('https://other.test')).headers['access-control-allow-origin']).toBeUndefined();
    await ask('DELETE', 'cors');
    expect((await from('https://other.test')).headers['access-control-allow-origin']).toBe('*');
  });
});
