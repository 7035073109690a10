import sharp from 'sharp';
import { expect, test } from 'vitest';
import { limits, never, plain, spec } from '../fixtures/image.fixture.js';
import { readImageHeader } from '../input/image-header.js';
import { renderImages } from '../renditions/render-images.js';
import { maxPixelsOf } from './image-limits.js';

const mebibyte = 1024 ** 2;

test('without a memory limit, and with much memory, the pixel limit counts', () => {
  expect(maxPixelsOf(limits, 'avif')).toBe(limits.maxPixels);
  expect(maxPixelsOf({ ...limits, memoryBytes: 8_192 * mebibyte }, 'avif')).toBe(limits.maxPixels);
});

test('with little memory fewer pixels are opened, and none where there is none', () => {
  expect(maxPixelsOf({ ...limits, memoryBytes: 64 * mebibyte }, 'rows')).toBe(16 * mebibyte);
  expect(maxPixelsOf({ ...limits, memoryBytes: 64 * mebibyte }, 'decoder')).toBe(0);
});

test('a picture that does not fit is refused by its header, another of as many pixels is not', async () => {
  const square = sharp({ create: { width: 200, height: 200, channels: 3, background: 'red' } });
  const little = { ...limits, memoryBytes: 200 * 200 * 10 };
  expect((await readImageHeader(await square.jpeg().toBuffer(), little)).width).toBe(200);
  expect((await readImageHeader(await square.png().toBuffer(), little)).width).toBe(200);
  const whole = [
    square.avif(),
    square.webp(),
    square.tiff(),
    square.jpeg({ progressive: true }),
    square.png({ progressive: true }),
  ];
  for (const picture of whole) {
    await expect(readImageHeader(await picture.toBuffer(), little)).rejects.toMatchObject({
      code: 'media.too_many_pixels',
    });
  }
});

test('a rendition that does not fit fails alone, and two that fit one at a time are made', async () => {
  const file = await plain([1, 2, 3], 200, 200).png().toBuffer();
  const little = { ...limits, memoryBytes: 200 * 200 * 20 };
  const made: string[] = [];
  const failed: string[] = [];
  await renderImages({
    file,
    specs: [
      spec('avif', { format: 'avif' }),
      spec('one', { quality: 70 }),
      spec('two'),
      spec('small', { width: 20 }),
    ],
    limits: little,
    signal: never,
    onRendition: async ({ name, width }) => void made.push(`${name} ${width}`),
    onFailure: async (name, { code }) => void failed.push(`${name} ${code}`),
  });
  expect({ made, failed }).toEqual({
    made: ['one 200', 'two 200', 'small 20'],
    failed: ['avif media.too_many_pixels'],
  });
});

test('frames count together', async () => {
  const frames = await Promise.all(
    [1, 40, 90, 140, 180, 240].map((grey) => plain([grey, 2, 3], 40, 40).png().toBuffer()),
  );
  const file = await sharp(frames, { join: { animated: true } })
    .webp()
    .toBuffer();
  const moving = {
    name: 'moving',
    width: 40,
    fit: 'inside',
    format: 'webp',
    quality: 80,
    animated: true,
  } as const;
  const make = (memoryBytes: number) =>
    renderImages({
      file,
      specs: [moving],
      limits: { ...limits, memoryBytes },
      signal: never,
      onRendition: async () => {},
    });
  await expect(make(40 * 40 * 24)).resolves.toBeDefined();
  await expect(make(40 * 40 * 24 - 1)).rejects.toMatchObject({ code: 'media.too_many_pixels' });
});
