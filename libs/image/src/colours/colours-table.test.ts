import { dirname } from 'node:path';
import type { Sharp } from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import {
  apart,
  limits,
  makeFolder,
  middlePixel,
  never,
  plain,
  renderOne,
  type Rgba,
} from '../fixtures/image.fixture.js';
import { heic } from '../decoders/heif/heic.fixture.js';
import { openImageFile } from '../input/open-image.js';
import { tagAvif } from './tag-avif.js';

/** docs/colours.md, checked by pixels: every format with every way in which it can tell its colours. */
const folder = await makeFolder();
afterAll(() => folder[Symbol.asyncDispose]());

const red: Rgba = [220, 30, 30];
/** The same red in Display P3, and in BT.2020 with the curve of sRGB. */
const inP3: Rgba = [202, 53, 44];
const in2020: Rgba = [180, 70, 43];
const grey: Rgba = [119, 119, 119];
/** Diffuse white, 203 cd/m². */
const white = { pq: [148, 148, 148], hlg: [191, 191, 191] } as const;

type Write = (image: Sharp) => Promise<Buffer>;
const side = 128;
const of = (color: Rgba) => plain(color, side, side);

const written: Record<string, Write> = {
  jpeg: (image) => image.jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toBuffer(),
  'jpeg 4:2:0': (image) => image.jpeg({ quality: 100 }).toBuffer(),
  'progressive jpeg': (image) => image.jpeg({ quality: 100, progressive: true }).toBuffer(),
  png: (image) => image.png().toBuffer(),
  'png with a palette': (image) => image.png({ palette: true }).toBuffer(),
  webp: (image) => image.webp({ quality: 100 }).toBuffer(),
  'lossless webp': (image) => image.webp({ lossless: true }).toBuffer(),
  gif: (image) => image.gif().toBuffer(),
  tiff: (image) => image.tiff({ compression: 'lzw' }).toBuffer(),
  avif: (image) => image.avif({ quality: 95, effort: 0 }).toBuffer(),
  'avif 4:4:4': (image) => image.avif({ quality: 95, effort: 0, chromaSubsampling: '4:4:4' }).toBuffer(),
  'avif of ten bits': (image) =>
    image.heif({ compression: 'av1', quality: 95, effort: 0, bitdepth: 10 }).toBuffer(),
};
const heics: Record<string, Write> = {
  heic: (image) => heic(image),
  'heic of ten bits': (image) => heic(image, { bits: 10 }),
};
const carriesProfile = (name: string) => name !== 'gif';

async function shown(bytes: Buffer): Promise<number[]> {
  const file = await folder.write('colour', bytes);
  const opened = await openImageFile(file, dirname(file), limits, never);
  const { data } = await renderOne(opened.file, { width: 32 });
  return middlePixel(data);
}

describe.each(Object.entries({ ...written, ...heics }))('%s', (_, write) => {
  it('that tells nothing is sRGB', async () => {
    expect(apart(await shown(await write(of(red))), red)).toBeLessThanOrEqual(6);
    expect(apart(await shown(await write(of(grey))), grey)).toBeLessThanOrEqual(3);
  });
});

describe.each(Object.entries(written).filter(([name]) => carriesProfile(name)))(
  '%s with a profile',
  (_, write) => {
    it.each(['srgb', 'p3'])('%s', async (profile) => {
      const bytes = await write(of(red).withIccProfile(profile));
      expect(apart(await shown(bytes), red)).toBeLessThanOrEqual(7);
    });
  },
);

describe.each(['avif', 'avif 4:4:4', 'avif of ten bits'])('%s by its codes', (name) => {
  const write = written[name];
  it.each<[string, Rgba, [number, number], Rgba]>([
    ['sRGB', red, [1, 13], red],
    ['BT.709 with a camera’s curve', red, [1, 1], red],
    ['Display P3', inP3, [12, 13], red],
    ['BT.2020 in SDR', in2020, [9, 13], red],
    ['codes that nobody knows', red, [77, 78], red],
  ])('%s', async (_, colour, codes, wanted) => {
    const bytes = tagAvif((await write?.(of(colour))) ?? Buffer.alloc(0), codes);
    expect(apart(await shown(bytes), wanted)).toBeLessThanOrEqual(9);
  });

  it.each([
    ['PQ', white.pq, 16],
    ['HLG', white.hlg, 18],
  ] as const)('%s: diffuse white is near white', async (_, colour, transfer) => {
    const bytes = tagAvif((await write?.(of(colour))) ?? Buffer.alloc(0), [9, transfer]);
    expect(Math.min(...(await shown(bytes)))).toBeGreaterThanOrEqual(225);
  });
});

describe('heic by its codes', () => {
  it.each<[string, Rgba, readonly [number, number, number], Rgba]>([
    ['sRGB', red, [1, 13, 6], red],
    ['Display P3', inP3, [12, 13, 6], red],
    ['BT.2020 in SDR', in2020, [9, 13, 6], red],
  ])('%s', async (_, colour, nclx, wanted) => {
    expect(apart(await shown(await heic(of(colour), { nclx })), wanted)).toBeLessThanOrEqual(12);
  });

  it('a profile is believed before codes', async () => {
    const { icc = Buffer.alloc(0) } = await (
      await import('sharp')
    )
      .default(await of(red).withIccProfile('p3').png().toBuffer())
      .metadata();
    const bytes = await heic(of(inP3), { icc, nclx: [1, 13, 6] });
    expect(apart(await shown(bytes), red)).toBeLessThanOrEqual(12);
  });
});
