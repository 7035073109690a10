import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  distance,
  limits,
  makeFolder,
  middlePixel,
  never,
  photo,
  plain,
  render,
  renderOne,
  spec,
} from '../fixtures/image.fixture.js';
import { renderImages } from './render-images.js';

const folder = await makeFolder();
afterAll(() => folder[Symbol.asyncDispose]());

describe('sizes', () => {
  it('keeps the order of the specs and tells name, type and size of each', async () => {
    const file = await folder.write('s.png', await plain([10, 90, 200], 400, 300).png().toBuffer());
    const { images } = await render(file, [
      spec('small', { width: 80, format: 'webp' }),
      spec('large', { width: 200, format: 'jpeg' }),
      spec('square', { width: 100, height: 100, fit: 'cover' }),
      spec('boxed', { width: 100, height: 100, fit: 'contain', format: 'avif' }),
      spec('low', { width: 400, height: 30 }),
    ]);
    const summary = images.map(({ name, mimeType, width, height }) => [name, mimeType, width, height]);
    expect(summary).toEqual([
      ['small', 'image/webp', 80, 60],
      ['large', 'image/jpeg', 200, 150],
      ['square', 'image/png', 100, 100],
      ['boxed', 'image/avif', 100, 100],
      ['low', 'image/png', 40, 30],
    ]);
    for (const { data, width, height } of images) {
      expect(await sharp(data).metadata()).toMatchObject({ width, height });
    }
  });

  it.each(['inside', 'cover'] as const)('never enlarges: %s', async (fit) => {
    const file = await folder.write('e.png', await plain([10, 90, 200], 40, 30).png().toBuffer());
    const { width, height } = await renderOne(file, { width: 320, height: 320, fit });
    expect([width, height]).toEqual([40, 30]);
  });

  it('pads with contain, and leaves the picture as small as it is', async () => {
    const file = await folder.write('c.png', await plain([10, 90, 200], 40, 30).png().toBuffer());
    const { data } = await renderOne(file, { width: 100, height: 100, fit: 'contain' });
    const opaque = await sharp(data).trim({ background: '#0000' }).toBuffer({ resolveWithObject: true });
    expect([opaque.info.width, opaque.info.height]).toEqual([40, 30]);
    const jpeg = await renderOne(file, { width: 100, height: 100, fit: 'contain', format: 'jpeg' });
    const corner = sharp(jpeg.data).extract({ left: 0, top: 0, width: 8, height: 8 });
    expect(await middlePixel(corner)).toEqual([255, 255, 255]);
  });

  describe.each([
    [10_000, 1],
    [1, 10_000],
    [1, 1],
    [2, 3],
  ])('of a picture of %i × %i', (width, height) => {
    it.each(['webp', 'jpeg', 'png', 'avif'] as const)('are what %s holds', async (format) => {
      const file = await folder.write('x.png', await plain([200, 90, 20], width, height).png().toBuffer());
      const side = { width: 320, height: 320, format };
      const inside = await renderOne(file, { ...side, fit: 'inside' });
      const cover = await renderOne(file, { ...side, fit: 'cover' });
      const contain = await renderOne(file, { ...side, fit: 'contain' });
      for (const image of [inside, cover, contain]) {
        const { width, height } = image;
        expect(await sharp(image.data).metadata()).toMatchObject({ width, height });
      }
      const least = { width: Math.min(width, 320), height: Math.min(height, 320) };
      expect(inside).toMatchObject(least);
      expect(cover).toMatchObject(least);
      expect(contain).toMatchObject({ width: 320, height: 320 });
    });
  });

  it('shrinks what is longer than the format can hold', async () => {
    const file = await folder.write('tall.png', await plain([200, 90, 20], 20, 20_000).png().toBuffer());
    const { width, height } = await renderOne(file, { width: 320, format: 'webp' });
    expect([width, height]).toEqual([16, 16_383]);
  });
});

describe('a photo of 12 megapixels', () => {
  let file = '';
  let whole: Sharp;
  beforeAll(async () => {
    const bytes = await (await photo(4000, 3000)).jpeg({ quality: 88 }).toBuffer();
    file = await folder.write('photo.jpg', bytes);
    const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
    whole = sharp(data, { raw: info });
  });

  it('comes out as near to a full decode as Lanczos from the file does', async () => {
    const widths = [160, 320, 640, 960, 1200, 1280];
    const { images } = await render(
      file,
      widths.map((width) => spec(`w${width}`, { width })),
    );
    expect(images).toHaveLength(widths.length);
    for (const { data, width } of images) {
      const reference = await whole.clone().resize(width).png({ compressionLevel: 0 }).toBuffer();
      const fromFile = await distance(sharp(file).resize(width), reference);
      expect(await distance(data, reference)).toBeLessThan(fromFile + 0.25);
    }
  });

  it('hands over one rendition at a time, in order, the first before the others are wanted', async () => {
    const events: string[] = [];
    const specs = [320, 640, 1280].map((width) => spec(`w${width}`, { width, format: 'webp' }));
    await renderImages({
      file,
      specs,
      limits,
      signal: never,
      onRendition: async ({ name }) => {
        events.push(`${name} begins`);
        await renderOne(file, { width: 16 });
        events.push(`${name} ends`);
      },
    });
    expect(events).toEqual(specs.flatMap(({ name }) => [`${name} begins`, `${name} ends`]));
  });

  it('makes only the placeholder when no rendition is wanted', async () => {
    const { images, placeholder } = await render(file, []);
    expect(images).toEqual([]);
    expect(placeholder.color).toMatch(/^#[\da-f]{6}$/);
  });
});

it('takes the first frame of an animation', async () => {
  const frames = Buffer.concat([
    Buffer.alloc(32 * 32 * 3, Buffer.from([255, 0, 0])),
    Buffer.alloc(32 * 32 * 3, Buffer.from([0, 0, 255])),
  ]);
  const animation = sharp(frames, { raw: { width: 32, height: 64, channels: 3, pageHeight: 32 } });
  for (const bytes of [
    await animation.clone().gif().toBuffer(),
    await animation.webp({ lossless: true }).toBuffer(),
  ]) {
    const file = await folder.write('animation', bytes);
    const { data, width, height } = await renderOne(file);
    expect([width, height]).toEqual([32, 32]);
    expect(await distance(sharp(data).removeAlpha(), plain([255, 0, 0], 32, 32))).toBeLessThan(3);
  }
});
