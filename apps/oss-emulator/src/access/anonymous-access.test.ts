import { describe, expect, test } from 'vitest';
import { signPolicyV4 } from '#oss';
import { bucket, credentials, region, useEmulator } from '../fixtures/emulator.fixture.js';
import { elementOf, sendForm, sendRaw, sendSigned } from '../fixtures/requests.fixture.js';

const emulator = useEmulator();

const setAcl = (acl: string) =>
  sendSigned(emulator.url, { method: 'PUT', query: { acl: '' }, headers: { 'x-oss-acl': acl } });
const put = (key: string, acl: string) =>
  sendSigned(emulator.url, { method: 'PUT', key, body: 'kept', headers: { 'x-oss-object-acl': acl } });
/** An unsigned request. */
const ask = async (method: string, key: string, query = '') => {
  const target = `/${bucket}/${key}${query}`;
  const { status, text } = await sendRaw(emulator.url, {
    method,
    target,
    ...(method === 'PUT' && { headers: { 'content-length': '1' }, body: 'x' }),
  });
  return { status, code: elementOf(text, 'Code'), message: elementOf(text, 'Message') };
};
const ofBucket = {
  status: 403,
  code: 'AccessDenied',
  message: 'You have no right to access this object because of bucket acl.',
};
const ofObject = {
  status: 403,
  code: 'AccessDenied',
  message: 'Anonymous user has no right to access this object.',
};

describe('anybody', () => {
  test.each([
    ['private', 'default', ofBucket, ofBucket],
    ['public-read', 'default', { status: 200 }, ofBucket],
    ['public-read-write', 'default', { status: 200 }, { status: 200 }],
    ['private', 'public-read', { status: 200 }, ofObject],
    ['private', 'public-read-write', { status: 200 }, { status: 200 }],
    ['public-read-write', 'private', ofObject, ofObject],
  ])('reads and writes in a %s bucket what is %s, or not', async (bucketAcl, objectAcl, reads, writes) => {
    expect((await setAcl(bucketAcl)).status).toBe(200);
    await put('k', objectAcl);
    expect(await ask('GET', 'k')).toMatchObject(reads);
    expect(await ask('HEAD', 'k')).toMatchObject({ status: reads.status });
    expect(await ask('HEAD', 'k', '?objectMeta')).toMatchObject({ status: reads.status });
    expect(await ask('PUT', 'k')).toMatchObject(writes);
  });

  test('learns that a key is missing only where it may read', async () => {
    await setAcl('private');
    expect(await ask('GET', 'missing')).toMatchObject(ofBucket);
    await setAcl('public-read');
    expect(await ask('GET', 'missing')).toMatchObject({ status: 404, code: 'NoSuchKey' });
  });

  test('uploads parts and deletes in a public-read-write bucket', async () => {
    await setAcl('public-read-write');
    expect(await ask('POST', 'many', '?uploads')).toMatchObject({ status: 200 });
    await put('gone', 'default');
    expect(await ask('DELETE', 'gone')).toMatchObject({ status: 204 });
  });

  test('does nothing else, whatever the ACL', async () => {
    await setAcl('public-read-write');
    await put('k', 'public-read-write');
    for (const [method, key, query] of [
      ['GET', '', ''],
      ['GET', '', '?acl'],
      ['PUT', '', '?acl'],
      ['DELETE', '', ''],
      ['GET', 'k', '?acl'],
      ['POST', '', '?delete'],
    ] as const)
      expect(await ask(method, key, query)).toMatchObject({ status: 403, code: 'AccessDenied' });
    const service = await sendRaw(emulator.url, { target: '/' });
    expect(service.status).toBe(403);
  });

  test('may not choose the headers of an answer', async () => {
    await setAcl('public-read');
    await put('k', 'default');
    expect(await ask('GET', 'k', '?response-content-type=text/html')).toMatchObject({
      status: 400,
      code: 'InvalidRequest',
    });
  });

  test('posts a form into a public-read-write bucket', async () => {
    await setAcl('public-read');
    expect(await sendForm(emulator.url, [['key', 'posted']])).toMatchObject({ status: 403 });
    await setAcl('public-read-write');
    expect(await sendForm(emulator.url, [['key', 'posted']])).toMatchObject({ status: 204 });
    expect((await sendSigned(emulator.url, { key: 'posted' })).text).toBe('x');
    const expiresAt = new Date(Date.now() + 60_000);
    const conditions = [['eq', '$key', 'other']];
    const signed = signPolicyV4({ ...credentials, bucket, region, expiresAt, conditions });
    const fields = Object.entries({ ...signed, key: 'posted' });
    expect(await sendForm(emulator.url, fields)).toMatchObject({ status: 403 });
  });
});
