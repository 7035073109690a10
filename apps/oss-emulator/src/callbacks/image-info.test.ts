import { describe, expect, test } from 'vitest';
import { encodeCallback, useReceiver } from '../fixtures/callback-receiver.fixture.js';
import { useEmulator } from '../fixtures/emulator.fixture.js';
import { imageHeaderOf } from '../images/image-header.js';
import { elementOf, sendSigned } from '../fixtures/requests.fixture.js';

const emulator = useEmulator();
const receiver = useReceiver();
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
    ['a GIF without a size, whatever lies behind it', Buffer.from('GIF89a1234').subarray(0, 6), undefined],
    ['the beginning of a JPEG', Buffer.from('ffd8ffe000104a46', 'hex'), undefined],
    ['a drawing', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>'), undefined],
  ])('of %s', (_, content, info) => {
    expect(imageHeaderOf(content)).toEqual(info);
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
