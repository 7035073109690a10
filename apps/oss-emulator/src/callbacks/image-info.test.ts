import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeCallback, useReceiver } from '../fixtures/callback-receiver.fixture.js';
import { useEmulator } from '../fixtures/emulator.fixture.js';
import { readImageInfo } from './image-info.js';
import { elementOf, sendSigned } from '../fixtures/requests.fixture.js';

const emulator = useEmulator();
const receiver = useReceiver();
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'image-info-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

describe('image info', () => {
  test.each([
    ['a picture', png, { width: 1, height: 1, format: 'png' }],
    ['no byte', Buffer.alloc(0), undefined],
    ['a text', Buffer.from('hello'), undefined],
    ['the beginning of a PNG', png.subarray(0, 10), undefined],
    ['a GIF without a size', Buffer.from('GIF89a'), undefined],
    ['the beginning of a JPEG', Buffer.from('ffd8ffe000104a46', 'hex'), undefined],
    ['a drawing', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>'), undefined],
  ])('of %s', async (_, content, info) => {
    const path = join(folder, 'file');
    await writeFile(path, content);
    expect(await readImageInfo(path)).toEqual(info);
  });

  test('of an object that is gone fails the callback', async () => {
    await expect(readImageInfo(join(folder, 'gone'))).rejects.toMatchObject({
      status: 203,
      code: 'CallbackFailed',
      message: 'Get image info failed.',
      ec: '0007-00000302',
    });
  });

  test('of an object that others replace at the same time is told, or fails the callback', async () => {
    const callback = { callbackUrl: receiver.url, callbackBody: 'width=${imageInfo.width}' };
    const headers = { 'x-oss-callback': encodeCallback(callback) };
    const answers = await Promise.all(
      Array.from({ length: 20 }, () =>
        sendSigned(emulator.url, { method: 'PUT', key: 'same.png', headers, body: png }),
      ),
    );
    for (const { status, text } of answers)
      expect([
        [200, undefined],
        [203, 'Get image info failed.'],
      ]).toContainEqual([status, elementOf(text, 'Message')]);
    expect(new Set(receiver.calls.map(({ body }) => body.toString()))).toEqual(new Set(['width=1']));
  });
});
