import { describe, expect, test } from 'vitest';
import { codeOf } from '../fixtures/code-of.fixture.js';
import { useEmulator } from '../fixtures/emulator.fixture.js';
import { elementOf, sendSigned, type SignedRequest } from '../fixtures/requests.fixture.js';

const dayMs = 86_400_000;
const emulator = useEmulator({ restoreMs: dayMs });
const quick = useEmulator({ restoreMs: 0 });
const send = (request: SignedRequest) => sendSigned(emulator.url, request);

describe('the ACL of an object', () => {
  const acl = { acl: '' };
  test('is kept, whoever sets it', async () => {
    const headers = { 'x-oss-object-acl': 'public-read' };
    await send({ method: 'PUT', key: 'a', body: 'x', headers });
    expect(elementOf((await send({ key: 'a', query: acl })).text, 'Grant')).toBe('public-read');
    await send({ method: 'PUT', key: 'a', query: acl, headers: { 'x-oss-object-acl': 'private' } });
    expect(elementOf((await send({ key: 'a', query: acl })).text, 'Grant')).toBe('private');
    const bad = { 'x-oss-object-acl': 'everybody' };
    expect(codeOf(await send({ method: 'PUT', key: 'a', query: acl, headers: bad }))).toEqual([
      400,
      'InvalidArgument',
    ]);
    expect(codeOf(await send({ key: 'none', query: acl }))).toEqual([404, 'NoSuchKey']);
  });

  test('is what the latest append or the end of an upload says', async () => {
    const append = (position: number, headers: Record<string, string>) =>
      send({ method: 'POST', key: 'l', query: { append: '', position: `${position}` }, body: 'x', headers });
    await append(0, { 'x-oss-object-acl': 'public-read-write', 'x-oss-meta-a': '1' });
    // Only the first one's tags and other headers count, and nobody looks at the others.
    const next = { 'x-oss-object-acl': 'public-read', 'x-oss-meta-a': '2', 'x-oss-tagging': '=' };
    expect((await append(1, next)).status).toBe(200);
    await append(2, {});
    expect(elementOf((await send({ key: 'l', query: acl })).text, 'Grant')).toBe('public-read');
    expect((await send({ key: 'l' })).headers['x-oss-meta-a']).toBe('1');
    for (const [end, wanted] of [
      [{}, 'public-read'],
      [{ 'x-oss-object-acl': 'private' }, 'private'],
    ] as const) {
      const headers = { 'x-oss-object-acl': 'public-read' };
      const started = await send({ method: 'POST', key: 'u', query: { uploads: '' }, headers });
      const uploadId = elementOf(started.text, 'UploadId') ?? '';
      await send({ method: 'PUT', key: 'u', query: { uploadId, partNumber: '1' }, body: 'x' });
      const all = { 'x-oss-complete-all': 'yes', ...end };
      await send({ method: 'POST', key: 'u', query: { uploadId }, headers: all });
      expect(elementOf((await send({ key: 'u', query: acl })).text, 'Grant')).toBe(wanted);
    }
  });
});

describe('the encryption of an object', () => {
  const rule = (algorithm: string) =>
    `<ServerSideEncryptionRule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>${algorithm}</SSEAlgorithm></ApplyServerSideEncryptionByDefault></ServerSideEncryptionRule>`;
  const kms = {
    'x-oss-server-side-encryption': 'KMS',
    'x-oss-server-side-encryption-key-id': 'key-1',
    'x-oss-server-side-data-encryption': 'SM4',
  };

  test('is told by every answer, as the upload wishes', async () => {
    const put = await send({ method: 'PUT', key: 'e', body: 'x', headers: kms });
    expect(put.headers).toMatchObject(kms);
    expect((await send({ method: 'HEAD', key: 'e' })).headers).toMatchObject(kms);
    const append = { append: '', position: '0' };
    const aes = { 'x-oss-server-side-encryption': 'AES256' };
    const appended = await send({ method: 'POST', key: 'log', query: append, body: 'x', headers: aes });
    expect(appended.headers).toMatchObject(aes);
    const started = await send({ method: 'POST', key: 'm', query: { uploads: '' }, headers: kms });
    expect(started.headers).toMatchObject(kms);
    const uploadId = elementOf(started.text, 'UploadId') ?? '';
    const query = { uploadId, partNumber: '1' };
    const part = await send({ method: 'PUT', key: 'm', query, body: 'part' });
    expect(part.headers).toMatchObject(kms);
    const all = { 'x-oss-complete-all': 'yes' };
    const done = await send({ method: 'POST', key: 'm', query: { uploadId }, headers: all });
    expect(done.headers).toMatchObject(kms);
    expect((await send({ key: 'm' })).headers).toMatchObject(kms);
    const copied = { 'x-oss-copy-source': '/examplebucket/m' };
    const copy = await send({ method: 'PUT', key: 'copy-of-m', headers: copied });
    expect(copy.headers['x-oss-server-side-encryption']).toBeUndefined();
  });

  test('is what the bucket wishes, if the upload wishes none', async () => {
    const encryption = { encryption: '' };
    await send({ method: 'PUT', query: encryption, body: rule('SM4') });
    const plain = await send({ method: 'PUT', key: 'e', body: 'x' });
    expect(plain.headers['x-oss-server-side-encryption']).toBe('SM4');
    const own = await send({ method: 'PUT', key: 'e', body: 'x', headers: kms });
    expect(own.headers).toMatchObject(kms);
    await send({ method: 'DELETE', query: encryption });
  });

  test('has a known algorithm', async () => {
    const headers = { 'x-oss-server-side-encryption': 'invalid' };
    expect(codeOf(await send({ method: 'PUT', key: 'e', body: 'x', headers }))).toEqual([
      400,
      'InvalidEncryptionAlgorithmError',
    ]);
  });
});

describe('the tags of an object', () => {
  const key = 'tagged';
  const tagging = { tagging: '' };
  const tag = (name: string, value: string) => `<Tag><Key>${name}</Key><Value>${value}</Value></Tag>`;
  const setTags = (...tags: string[]) =>
    send({
      method: 'PUT',
      key,
      query: tagging,
      body: `<Tagging><TagSet>${tags.join('')}</TagSet></Tagging>`,
    });

  test('are set, read, counted and removed', async () => {
    const headers = { 'x-oss-tagging': 'k%2B1=v%201&empty=' };
    await send({ method: 'PUT', key, body: 'x', headers });
    const { text } = await send({ key, query: tagging });
    expect(text).toContain(`<TagSet>${tag('k+1', 'v 1')}${tag('empty', '')}</TagSet>`);
    await setTags(tag(' +/ ', '中文'));
    expect((await send({ key, query: tagging })).text).toContain(tag(' +/ ', '中文'));
    expect((await send({ method: 'HEAD', key })).headers['x-oss-tagging-count']).toBe('1');
    expect((await send({ method: 'DELETE', key, query: tagging })).status).toBe(204);
    expect((await send({ key, query: tagging })).text).toContain('<TagSet></TagSet>');
  });

  test.each([
    ['11 of them', Array.from({ length: 11 }, (_, at) => tag(`k${at}`, 'v'))],
    ['a key of 129 characters', [tag('k'.repeat(129), 'v')]],
    ['a value of 257 characters', [tag('k', 'v'.repeat(257))]],
    ['no key', [tag('', 'v')]],
    ['a key twice', [tag('k', '1'), tag('k', '2')]],
    ['a sign', [tag('a%b', 'v')]],
  ])('are refused: %s', async (_, tags) => {
    await send({ method: 'PUT', key, body: 'x' });
    expect(codeOf(await setTags(...tags))).toEqual([400, 'InvalidTag']);
  });

  test('may be ten, as long as they can be', async () => {
    const tags = Array.from({ length: 10 }, (_, at) => tag(`${at}${'k'.repeat(127)}`, 'v'.repeat(256)));
    expect((await setTags(...tags)).status).toBe(200);
  });
});

describe('an archived object', () => {
  const archived = { 'x-oss-storage-class': 'Archive' };
  const cold = { 'x-oss-storage-class': 'ColdArchive' };
  const put = (url: string, key: string, headers: Record<string, string>) =>
    sendSigned(url, { method: 'PUT', key, body: 'frozen', headers });
  const restore = (url: string, key: string, body = '') =>
    sendSigned(url, { method: 'POST', key, query: { restore: '' }, body });
  const wish = (days: number, tier?: string) =>
    `<RestoreRequest><Days>${days}</Days>${
      tier === undefined ? '' : `<JobParameters><Tier>${tier}</Tier></JobParameters>`
    }</RestoreRequest>`;

  test('is not read while it is restored', async () => {
    await put(emulator.url, 'old', archived);
    expect(codeOf(await send({ key: 'old' }))).toEqual([403, 'InvalidObjectState']);
    expect((await send({ method: 'HEAD', key: 'old' })).headers['x-oss-restore']).toBeUndefined();
    expect((await restore(emulator.url, 'old')).status).toBe(202);
    const again = await restore(emulator.url, 'old');
    expect([...codeOf(again), again.headers['x-oss-ec']]).toEqual([
      409,
      'RestoreAlreadyInProgress',
      '0016-00000701',
    ]);
    const { headers } = await send({ method: 'HEAD', key: 'old' });
    expect(headers['x-oss-restore']).toBe('ongoing-request="true"');
    expect(codeOf(await send({ key: 'old' }))).toEqual([403, 'InvalidObjectState']);
    const list = await send({ query: { prefix: 'old' } });
    expect(list.text).toContain('<RestoreInfo>ongoing-request=&#x22;true&#x22;</RestoreInfo>');
  });

  test('is read once it is restored', async () => {
    const { url } = quick;
    await put(url, 'old', archived);
    expect((await restore(url, 'old', wish(2))).status).toBe(202);
    const got = await sendSigned(url, { key: 'old' });
    expect(got.text).toBe('frozen');
    expect(got.headers['x-oss-restore']).toMatch(/^ongoing-request="false", expiry-date="\w{3}, /);
    expect((await restore(url, 'old', wish(3))).status).toBe(200);
  });

  test('is restored as its class allows', async () => {
    const { url } = emulator;
    await put(url, 'archive', archived);
    await put(url, 'cold', cold);
    await put(url, 'standard', {});
    expect(codeOf(await restore(url, 'standard'))).toEqual([400, 'OperationNotSupported']);
    expect(codeOf(await restore(url, 'archive', wish(8)))).toEqual([400, 'InvalidArgument']);
    expect(codeOf(await restore(url, 'archive', wish(2, 'Bulk')))).toEqual([400, 'MalformedXML']);
    expect(codeOf(await restore(url, 'cold', wish(2, 'Soon')))).toEqual([400, 'InvalidArgument']);
    const { status, headers } = await restore(url, 'cold', wish(200, 'Bulk'));
    expect([status, headers['x-oss-object-restore-priority']]).toEqual([202, 'Bulk']);
    const copied = await send({
      method: 'PUT',
      key: 'copy',
      headers: { 'x-oss-copy-source': '/examplebucket/archive' },
    });
    expect(codeOf(copied)).toEqual([403, 'InvalidObjectState']);
  });
});
