import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Crc64 } from '#oss';
import { codeOf } from '../fixtures/code-of.fixture.js';
import { bucket, useEmulator } from '../fixtures/emulator.fixture.js';
import { sendSigned, type SignedRequest } from '../fixtures/requests.fixture.js';

const emulator = useEmulator();
const send = (request: SignedRequest) => sendSigned(emulator.url, request);
const put = (key: string, body: string, headers: Record<string, string> = {}) =>
  send({ method: 'PUT', key, body, headers });
const forbid = { 'x-oss-forbid-overwrite': 'true' };

describe('an append', () => {
  const append = (key: string, position: number | string, body: string, headers = {}) =>
    send({ method: 'POST', key, query: { append: '', position: String(position) }, body, headers });

  test('goes on where the last one ended', async () => {
    const first = await append('log', 0, 'hello, ', { 'x-oss-meta-a': '1', 'content-type': 'text/x-log' });
    expect(first.headers['x-oss-next-append-position']).toBe('7');
    const second = await append('log', 7, 'world');
    expect(second.headers).toMatchObject({
      'x-oss-next-append-position': '12',
      'x-oss-hash-crc64ecma': new Crc64().update(Buffer.from('hello, world')).digest(),
    });
    const got = await send({ key: 'log' });
    expect(got.text).toBe('hello, world');
    expect(got.headers).toMatchObject({
      'content-type': 'text/x-log',
      'x-oss-meta-a': '1',
      'x-oss-object-type': 'Appendable',
      'x-oss-next-append-position': '12',
      'x-oss-hash-crc64ecma': second.headers['x-oss-hash-crc64ecma'],
      etag: second.headers.etag,
    });
    await emulator.restart();
    expect((await append('log', 12, '!')).status).toBe(200);
    expect((await send({ key: 'log' })).text).toBe('hello, world!');
    expect((await append('log', 13, '!')).status).toBe(200);
    expect(await readdir(join(emulator.dataDir, 'incoming'))).toEqual([]);
  });

  test('is refused elsewhere, and to what is no log', async () => {
    await append('at', 0, '12345');
    const wrong = await append('at', 3, 'x');
    expect(codeOf(wrong)).toEqual([409, 'PositionNotEqualToLength']);
    expect(wrong.headers['x-oss-next-append-position']).toBe('5');
    expect(codeOf(await append('none', 1, 'x'))).toEqual([409, 'PositionNotEqualToLength']);
    await put('whole', '12345');
    expect(codeOf(await append('whole', 5, 'x'))).toEqual([409, 'ObjectNotAppendable']);
    expect(codeOf(await append('at', 'x', 'x'))).toEqual([400, 'InvalidArgument']);
    expect(codeOf(await send({ method: 'POST', key: 'at', query: { append: '' }, body: '' }))).toEqual([
      400,
      'MissingArgument',
    ]);
    expect(codeOf(await append('at', 5, 'x', forbid))).toEqual([409, 'FileAlreadyExists']);
    expect(codeOf(await append('at', 5, 'x', { 'x-oss-hash-crc64ecma': '1' }))).toEqual([
      400,
      'InvalidCRC64',
    ]);
    expect((await send({ key: 'at' })).text).toBe('12345');
  });

  test('at the same place happens once', async () => {
    const answers = await Promise.all(['a', 'b', 'c'].map((body) => append('race', 0, body)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409, 409]);
    expect((await send({ key: 'race' })).text).toHaveLength(1);
  });
});

describe('a symlink', () => {
  const link = (key: string, target: string, headers = {}) =>
    send({
      method: 'PUT',
      key,
      query: { symlink: '' },
      headers: { 'x-oss-symlink-target': encodeURIComponent(target), ...headers },
    });

  test('is read as its target, with headers of its own', async () => {
    const target = await put('目录/target', 'content', { 'x-oss-meta-of': 'target' });
    await link('link', '目录/target', { 'x-oss-meta-of': 'link' });
    const got = await send({ key: 'link' });
    expect(got.text).toBe('content');
    expect(got.headers).toMatchObject({
      etag: target.headers.etag,
      'content-length': '7',
      'x-oss-meta-of': 'link',
      'x-oss-object-type': 'Symlink',
    });
    expect((await send({ key: 'link', headers: { range: 'bytes=0-2' } })).text).toBe('con');
    const itself = await send({ key: 'link', query: { symlink: '' } });
    expect(decodeURIComponent(String(itself.headers['x-oss-symlink-target']))).toBe('目录/target');
    const headers = { 'x-oss-copy-source': `/${bucket}/link` };
    await send({ method: 'PUT', key: 'copy-of-link', headers });
    const copy = await send({ key: 'copy-of-link', query: { symlink: '' } });
    expect(copy.headers['x-oss-symlink-target']).toBe(itself.headers['x-oss-symlink-target']);
  });

  test('may lead nowhere, but not to another link', async () => {
    await link('dangling', 'missing');
    expect(codeOf(await send({ key: 'dangling' }))).toEqual([404, 'SymlinkTargetNotExist']);
    await link('link-of-link', 'dangling');
    expect(codeOf(await send({ key: 'link-of-link' }))).toEqual([400, 'InvalidTargetType']);
    expect(codeOf(await send({ key: 'none', query: { symlink: '' } }))).toEqual([404, 'NoSuchKey']);
    await put('no-link', 'x');
    expect(codeOf(await send({ key: 'no-link', query: { symlink: '' } }))).toEqual([400, 'NotSymlink']);
    expect(codeOf(await link('dangling', 'other', forbid))).toEqual([409, 'FileAlreadyExists']);
    expect(codeOf(await link('bad', '../\\', {}))).toEqual([200, undefined]);
    expect(codeOf(await link('bad', '/leading'))).toEqual([400, 'InvalidObjectName']);
  });
});

describe('a copy', () => {
  const copy = (key: string, source: string, headers = {}) =>
    send({ method: 'PUT', key, headers: { 'x-oss-copy-source': `/${bucket}/${source}`, ...headers } });

  test('takes headers and tags of the source or of the request', async () => {
    await put('from', 'x', { 'x-oss-meta-a': 'source', 'x-oss-tagging': 'a=1', 'content-type': 'text/a' });
    const given = { 'x-oss-meta-a': 'given', 'x-oss-tagging': 'b=2&c=3', 'content-type': 'text/b' };
    await copy('copied', 'from', given);
    const replace = { 'x-oss-metadata-directive': 'REPLACE', 'x-oss-tagging-directive': 'Replace' };
    await copy('replaced', 'from', { ...given, ...replace });
    const head = async (key: string) => {
      const { headers } = await send({ method: 'HEAD', key });
      return [headers['x-oss-meta-a'], headers['content-type'], headers['x-oss-tagging-count']];
    };
    expect(await head('copied')).toEqual(['source', 'text/a', '1']);
    expect(await head('replaced')).toEqual(['given', 'text/b', '2']);
    await copy('from', 'from', { 'x-oss-meta-a': 'itself' });
    expect(await head('from')).toEqual(['itself', 'text/a', '1']);
    const bad = await copy('bad', 'from', { 'x-oss-metadata-directive': 'MOVE' });
    expect(codeOf(bad)).toEqual([400, 'InvalidArgument']);
  });

  test('has conditions on its source', async () => {
    const { headers } = await put('source', 'x');
    const past = 'Thu, 01 Jan 2015 00:00:00 GMT';
    for (const [condition, status] of [
      [{ 'x-oss-copy-source-if-match': String(headers.etag) }, 200],
      [{ 'x-oss-copy-source-if-match': '"0"' }, 412],
      [{ 'x-oss-copy-source-if-none-match': String(headers.etag) }, 304],
      [{ 'x-oss-copy-source-if-unmodified-since': past }, 412],
      [{ 'x-oss-copy-source-if-modified-since': past }, 200],
    ] as const)
      expect((await copy('target', 'source', condition)).status).toBe(status);
    expect(codeOf(await copy('target', 'source', forbid))).toEqual([409, 'FileAlreadyExists']);
    expect(codeOf(await copy('target', 'missing'))).toEqual([404, 'NoSuchKey']);
  });
});

test('a put that wants to know when the object changed is not implemented', async () => {
  const answer = await put('k', 'x', { 'if-modified-since': 'Thu, 01 Jan 2015 00:00:00 GMT' });
  expect(codeOf(answer)).toEqual([400, 'NotImplemented']);
});
