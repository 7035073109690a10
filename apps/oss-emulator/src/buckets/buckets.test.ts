import { expect, test } from 'vitest';
import { signRequestV1 } from '#oss';
import { useEmulator } from '../fixtures/emulator.fixture.js';
import { elementOf, sendRaw, sendSigned } from '../fixtures/requests.fixture.js';

const emulator = useEmulator();

test('a bucket that is made again keeps what it holds', async () => {
  const bucket = 'made-again';
  const make = () => sendSigned(emulator.url, { method: 'PUT', bucket });
  const put = () => sendSigned(emulator.url, { method: 'PUT', bucket, key: 'k', body: 'kept' });
  const statuses = (await Promise.all([make(), make()])).map(({ status }) => status);
  expect(statuses).toEqual([200, 200]);
  await Promise.all([put(), make()]);
  expect((await sendSigned(emulator.url, { bucket, key: 'k' })).text).toBe('kept');
});

const makeWith = (bucket: string, wishes: string) =>
  sendSigned(emulator.url, {
    method: 'PUT',
    bucket,
    body: `\n<?xml version="1.0"?><CreateBucketConfiguration>${wishes}</CreateBucketConfiguration>`,
  });

test('a bucket is made as its configuration says, and tells it', async () => {
  const bucket = 'configured';
  const wishes =
    '<StorageClass>IA</StorageClass><DataRedundancyType>ZRS</DataRedundancyType><LocationConstraint>oss-cn-hangzhou</LocationConstraint>';
  expect((await makeWith(bucket, wishes)).status).toBe(200);
  const { text } = await sendSigned(emulator.url, { bucket, query: { bucketInfo: '' } });
  const seen = ['StorageClass', 'DataRedundancyType', 'Location'].map((name) => elementOf(text, name));
  expect(seen).toEqual(['IA', 'ZRS', 'oss-cn-hangzhou']);
});

test.each([
  ['<LocationConstraint>oss-cn-beijing</LocationConstraint>', 'InvalidLocationConstraint'],
  ['<DataRedundancyType>GRS</DataRedundancyType>', 'InvalidArgument'],
  ['<StorageClass>Warm</StorageClass>', 'InvalidArgument'],
])('a bucket with %s is refused, and not made', async (wishes, code) => {
  const bucket = 'not-made';
  const answer = await makeWith(bucket, wishes);
  expect([answer.status, elementOf(answer.text, 'Code')]).toEqual([400, code]);
  expect((await sendSigned(emulator.url, { bucket, query: { location: '' } })).status).toBe(404);
});

test('the ACL of a bucket is set by header, and stays without one', async () => {
  const bucket = 'with-acl';
  await sendSigned(emulator.url, { method: 'PUT', bucket });
  const given: Record<string, string>[] = [{ 'x-oss-acl': 'public-read' }, {}];
  for (const headers of given) {
    const answer = await sendSigned(emulator.url, { method: 'PUT', bucket, query: { acl: '' }, headers });
    expect([answer.status, answer.headers['location']]).toEqual([200, `/${bucket}`]);
    const { text } = await sendSigned(emulator.url, { bucket, query: { acl: '' } });
    expect(elementOf(text, 'Grant')).toBe('public-read');
  }
});

test('a bucket that is not there is refused before the key is looked at', async () => {
  const asked = (bucket: string) => ({
    method: 'GET',
    bucket,
    objectKey: '',
    query: { acl: '' },
    headers: {},
  });
  const stranger = { accessKeyId: 'stranger', accessKeySecret: 'x' };
  const send = (bucket: string) =>
    sendRaw(emulator.url, { target: `/${bucket}/?acl`, headers: signRequestV1(asked(bucket), stranger) });
  await sendSigned(emulator.url, { method: 'PUT', bucket: 'there' });
  const codes = [await send('not-there'), await send('there')].map(({ text }) => elementOf(text, 'Code'));
  expect(codes).toEqual(['NoSuchBucket', 'InvalidAccessKeyId']);
});
