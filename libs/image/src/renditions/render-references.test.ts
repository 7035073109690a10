import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { distance, makeFolder, photo, renderOne } from '../fixtures/image.fixture.js';

/** Pictures as they come out, beside what went in: a wrong profile, turn or gamma costs ten times these distances. */
const folder = await makeFolder();
let original: Buffer;
beforeAll(async () => {
  // Muted, as every colour has to lie in the gamut of print.
  original = await (
    await photo(240, 160)
  )
    .removeAlpha()
    .modulate({ saturation: 0.4 })
    .linear(0.6, 60)
    .png()
    .toBuffer();
});
afterAll(() => folder[Symbol.asyncDispose]());

async function distanceOf(bytes: Uint8Array, wanted: Sharp = sharp(original)): Promise<number> {
  const file = await folder.write('upload', bytes);
  const { data } = await renderOne(file, { width: 4096 });
  return distance(sharp(data).removeAlpha(), wanted);
}

describe('a picture comes out as it went in', () => {
  const ways: Record<string, [most: number, encode: (image: Sharp) => Sharp]> = {
    'progressive JPEG': [4, (image) => image.jpeg({ progressive: true, quality: 95 })],
    'CMYK JPEG with a profile': [8, (image) => image.withIccProfile('cmyk').jpeg({ quality: 98 })],
    'CMYK TIFF with a profile': [8, (image) => image.withIccProfile('cmyk').tiff({ compression: 'lzw' })],
    'Display P3 PNG': [2, (image) => image.withIccProfile('p3').png()],
    'Display P3 WebP': [3, (image) => image.withIccProfile('p3').webp({ lossless: true })],
    'Display P3 AVIF': [4, (image) => image.withIccProfile('p3').avif({ quality: 90, effort: 0 })],
    'PNG of 16 bits': [1, (image) => image.toColourspace('rgb16').png()],
    'TIFF of 16 bits': [1, (image) => image.toColourspace('rgb16').tiff({ compression: 'lzw' })],
    'palette PNG': [6, (image) => image.png({ palette: true })],
    'palette GIF': [8, (image) => image.gif()],
    'tiled, pyramidal TIFF': [1, (image) => image.tiff({ tile: true, pyramid: true, compression: 'lzw' })],
    'lossless WebP': [0.5, (image) => image.webp({ lossless: true })],
    AVIF: [4, (image) => image.avif({ quality: 90, effort: 0 })],
  };
  it.each(Object.entries(ways))('%s', async (_, [most, encode]) => {
    expect(await distanceOf(await encode(sharp(original)).toBuffer())).toBeLessThan(most);
  });

  it('float TIFF, whose samples are linear light', async () => {
    const linear = await sharp(original).toColourspace('scrgb').raw({ depth: 'float' }).toBuffer();
    expect(await distanceOf(floatTiff(linear, 240, 160))).toBeLessThan(2);
  });

  it('grey JPEG', async () => {
    const grey = await sharp(original).toColourspace('b-w').png().toBuffer();
    const jpeg = await sharp(grey).toColourspace('b-w').jpeg({ quality: 98 }).toBuffer();
    expect(await distanceOf(jpeg, sharp(grey).toColourspace('srgb'))).toBeLessThan(2);
  });

  it('TIFF of several pages, by its first', async () => {
    const pages = [sharp(original), sharp(original).negate()].map((page) => page.png().toBuffer());
    const joined = await sharp(await Promise.all(pages), { join: { animated: true } })
      .tiff({ compression: 'lzw' })
      .toBuffer();
    expect((await sharp(joined).metadata()).pages).toBe(2);
    expect(await distanceOf(joined)).toBeLessThan(1);
  });
});

/** A TIFF of one strip with samples of 32-bit floats (TIFF 6.0, SampleFormat 3). */
function floatTiff(samples: Buffer, width: number, height: number): Buffer {
  const entries: [tag: number, type: 3 | 4, value: number][] = [
    [0x0100, 4, width],
    [0x0101, 4, height],
    [0x0102, 3, 32],
    [0x0103, 3, 1],
    [0x0106, 3, 2],
    [0x0111, 4, 8],
    [0x0115, 3, 3],
    [0x0116, 4, height],
    [0x0117, 4, samples.length],
    [0x0153, 3, 3],
  ];
  const tail = 8 + samples.length;
  const arrays = tail + 2 + entries.length * 12 + 4;
  const directory = Buffer.alloc(2 + entries.length * 12 + 4 + 12);
  directory.writeUInt16LE(entries.length, 0);
  entries.forEach(([tag, type, value], index) => {
    const at = 2 + index * 12;
    const perSample = tag === 0x0102 || tag === 0x0153;
    const arrayAt = arrays + (tag === 0x0102 ? 0 : 6);
    directory.writeUInt16LE(tag, at);
    directory.writeUInt16LE(type, at + 2);
    directory.writeUInt32LE(perSample ? 3 : 1, at + 4);
    directory.writeUInt32LE(perSample ? arrayAt : value, at + 8);
    if (perSample) [0, 2, 4].forEach((step) => directory.writeUInt16LE(value, arrayAt - tail + step));
  });
  const header = Buffer.from('49492a0000000000', 'hex');
  header.writeUInt32LE(tail, 4);
  return Buffer.concat([header, samples, directory]);
}
