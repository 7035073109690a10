import sharp from 'sharp';
import { expect, test } from 'vitest';
import { limits } from '../fixtures/image.fixture.js';
import { readImageHeader } from '../input/image-header.js';
import { maxPixelsOf } from './image-limits.js';

const mebibyte = 1024 ** 2;

test('without a memory limit, and with much memory, the pixel limit counts', () => {
  expect(maxPixelsOf(limits, 'avif')).toBe(limits.maxPixels);
  expect(maxPixelsOf({ ...limits, memoryBytes: 8_192 * mebibyte }, 'avif')).toBe(limits.maxPixels);
});

test('with little memory fewer pixels are opened, and none where there is none', () => {
  expect(maxPixelsOf({ ...limits, memoryBytes: 64 * mebibyte }, 'libvips')).toBe(16 * mebibyte);
  expect(maxPixelsOf({ ...limits, memoryBytes: 64 * mebibyte }, 'decoder')).toBe(0);
});

test('a picture that does not fit is refused by its header, another of as many pixels is not', async () => {
  const square = sharp({ create: { width: 200, height: 200, channels: 3, background: 'red' } });
  const little = { ...limits, memoryBytes: 200 * 200 * 10 };
  expect((await readImageHeader(await square.jpeg().toBuffer(), little)).width).toBe(200);
  await expect(readImageHeader(await square.avif().toBuffer(), little)).rejects.toMatchObject({
    code: 'media.too_many_pixels',
  });
});
