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
    expect(codeOf(await restore(emulator.url, 'old'))).toEqual([409, 'RestoreAlreadyInProgress']);
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
