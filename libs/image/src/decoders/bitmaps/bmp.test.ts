import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { distance, limits, makeFolder, photo, type Rgba } from '../../fixtures/image.fixture.js';
import { codeOf, drawBytes, openBytes } from '../decoders.fixture.js';

const folder = await makeFolder();
afterAll(() => folder[Symbol.asyncDispose]());

interface Parts {
  width: number;
  height: number;
  bits: number;
  compression?: number;
  palette?: readonly Rgba[];
  masks?: readonly number[];
  headerBytes?: 12 | 40 | 108;
  pixels: readonly number[];
}

function bmp({
  width,
  height,
  bits,
  compression = 0,
  palette = [],
  masks = [],
  headerBytes = 40,
  pixels,
}: Parts): Buffer {
  const header = Buffer.alloc(headerBytes);
  header.writeUInt32LE(headerBytes, 0);
  if (headerBytes === 12) {
    header.writeUInt16LE(width, 4);
    header.writeUInt16LE(height, 6);
    header.writeUInt16LE(bits, 10);
  } else {
    header.writeInt32LE(width, 4);
    header.writeInt32LE(height, 8);
    header.writeUInt16LE(1, 12);
    header.writeUInt16LE(bits, 14);
    header.writeUInt32LE(compression, 16);
  }
  const maskBytes = Buffer.alloc(masks.length * 4);
  masks.forEach((mask, index) => maskBytes.writeUInt32LE(mask, index * 4));
  if (headerBytes === 108) maskBytes.copy(header, 40);
  const colors = palette.map(([red, green, blue]) =>
    headerBytes === 12 ? [blue, green, red] : [blue, green, red, 0],
  );
  const before = Buffer.concat([
    header,
    headerBytes === 40 ? maskBytes : Buffer.alloc(0),
    Buffer.from(colors.flat()),
  ]);
  const file = Buffer.alloc(14);
  file.write('BM');
  file.writeUInt32LE(14 + before.length, 10);
  return Buffer.concat([file, before, Buffer.from(pixels)]);
}

const red = [255, 0, 0] as const;
const green = [0, 255, 0] as const;
const blue = [0, 0, 255] as const;
const black = [0, 0, 0] as const;
const palette = [black, red, green, blue];
const opaque = ([red8, green8, blue8]: Rgba) => [red8, green8, blue8, 255];
/** Top row red, green, blue; bottom row blue, black, red. */
const upright = [red, green, blue, blue, black, red].flatMap(opaque);

describe('a BMP', () => {
  const small = { width: 3, height: 2 };
  it.each<[string, Parts]>([
    [
      'of 24 bits',
      {
        ...small,
        bits: 24,
        pixels: [255, 0, 0, 0, 0, 0, 0, 0, 255, 0, 0, 0, 0, 0, 255, 0, 255, 0, 255, 0, 0, 0, 0, 0],
      },
    ],
    [
      'of 24 bits, downwards',
      {
        width: 3,
        height: -2,
        bits: 24,
        pixels: [0, 0, 255, 0, 255, 0, 255, 0, 0, 0, 0, 0, 255, 0, 0, 0, 0, 0, 0, 0, 255, 0, 0, 0],
      },
    ],
    ['of 8 bits', { ...small, bits: 8, palette, pixels: [3, 0, 1, 0, 1, 2, 3, 0] }],
    ['of 4 bits', { ...small, bits: 4, palette, pixels: [0x30, 0x10, 0, 0, 0x12, 0x30, 0, 0] }],
    ['of OS/2', { ...small, bits: 8, palette, headerBytes: 12, pixels: [3, 0, 1, 0, 1, 2, 3, 0] }],
    [
      'of 16 bits',
      { ...small, bits: 16, pixels: [0x1f, 0, 0, 0, 0, 0x7c, 0, 0, 0, 0x7c, 0xe0, 3, 0x1f, 0, 0, 0] },
    ],
    [
      'of 16 bits with masks',
      {
        ...small,
        bits: 16,
        compression: 3,
        masks: [0xf800, 0x07e0, 0x001f],
        pixels: [0x1f, 0, 0, 0, 0, 0xf8, 0, 0, 0, 0xf8, 0xe0, 7, 0x1f, 0, 0, 0],
      },
    ],
    [
      'of 32 bits',
      {
        ...small,
        bits: 32,
        pixels: [255, 0, 0, 9, 0, 0, 0, 9, 0, 0, 255, 9, 0, 0, 255, 9, 0, 255, 0, 9, 255, 0, 0, 9],
      },
    ],
    [
      'with runs of 8 bits',
      {
        ...small,
        bits: 8,
        compression: 1,
        palette,
        pixels: [1, 3, 1, 0, 1, 1, 0, 0, 0, 3, 1, 2, 3, 0, 0, 1],
      },
    ],
    [
      'with runs of 4 bits',
      {
        ...small,
        bits: 4,
        compression: 2,
        palette,
        pixels: [2, 0x30, 1, 0x10, 0, 0, 0, 3, 0x12, 0x30, 0, 1],
      },
    ],
    [
      'with jumps',
      {
        ...small,
        bits: 8,
        compression: 1,
        palette,
        pixels: [1, 3, 0, 2, 1, 0, 1, 1, 0, 0, 1, 1, 1, 2, 1, 3, 0, 1],
      },
    ],
  ])('%s is read', async (_, parts) => {
    const { file, format, mimeType } = await openBytes(folder, bmp(parts));
    expect({ format, mimeType }).toEqual({ format: 'bmp', mimeType: 'image/bmp' });
    expect([...(await sharp(file).raw().toBuffer())]).toEqual(upright);
  });

  it('of one bit is read beyond a byte', async () => {
    const parts = {
      width: 10,
      height: 1,
      bits: 1,
      palette: [red, blue],
      pixels: [0b0101_0101, 0b1000_0000, 0, 0],
    };
    const { file } = await openBytes(folder, bmp(parts));
    const pixels = [red, blue, red, blue, red, blue, red, blue, blue, red].flatMap((color) =>
      color.concat(255),
    );
    expect([...(await sharp(file).raw().toBuffer())]).toEqual(pixels);
  });

  it('keeps what is transparent when it says that it is', async () => {
    const masks = [0xff0000, 0xff00, 0xff, 0xff000000];
    const parts = {
      width: 1,
      height: 1,
      bits: 32,
      compression: 3,
      masks,
      headerBytes: 108 as const,
      pixels: [1, 2, 3, 128],
    };
    const { file } = await openBytes(folder, bmp(parts));
    expect([...(await sharp(file).raw().toBuffer())]).toEqual([3, 2, 1, 128]);
  });

  describe('as another program writes it', () => {
    let wanted: Buffer;
    beforeAll(async () => {
      wanted = await (await photo(301, 200)).png().toBuffer();
    });
    it.each(['bgr24', 'bgra', 'rgb565le', 'rgb555le'])('in %s is the same picture', async (pixels) => {
      const from = await folder.write('from.png', wanted);
      const to = join(dirname(from), `${pixels}.bmp`);
      await promisify(execFile)(
        inject('services').ffmpegPath,
        `-loglevel error -y -i ${from} -pix_fmt ${pixels} ${to}`.split(' '),
      );
      const made = sharp(await drawBytes(folder, await readFile(to))).removeAlpha();
      expect(await distance(made, sharp(wanted).removeAlpha())).toBeLessThan(
        pixels.startsWith('rgb5') ? 6 : 0.01,
      );
    });
  });
});

describe('a bad BMP', () => {
  const whole = bmp({ width: 3, height: 2, bits: 8, palette, pixels: [3, 0, 1, 0, 1, 2, 3, 0] });

  it('that ends early is damaged, at any place', async () => {
    for (let length = 19; length < whole.length - 1; length += 5) {
      expect(await codeOf(folder, whole.subarray(0, length))).toBe('media.damaged');
    }
  });

  it.each<[string, Parts, string]>([
    [
      'runs without an end',
      { width: 3, height: 2, bits: 8, compression: 1, palette, pixels: [1, 3, 1] },
      'media.damaged',
    ],
    [
      'runs beyond its sides',
      {
        width: 1,
        height: 1,
        bits: 8,
        compression: 1,
        palette,
        pixels: [255, 1, 0, 0, 255, 1, 0, 2, 255, 255, 9, 9, 0, 1],
      },
      'opened',
    ],
    ['no width', { width: 0, height: 2, bits: 24, pixels: [] }, 'media.damaged'],
    ['a width below zero', { width: -3, height: 2, bits: 24, pixels: [] }, 'media.damaged'],
    [
      '65,535 × 65,535 pixels',
      { width: 65_535, height: 65_535, bits: 24, pixels: [] },
      'media.too_many_pixels',
    ],
    ['2 bits', { width: 1, height: 1, bits: 2, pixels: [0, 0, 0, 0] }, 'media.unsupported'],
    [
      'a JPEG inside',
      { width: 1, height: 1, bits: 24, compression: 4, pixels: [0, 0, 0, 0] },
      'media.unsupported',
    ],
    [
      'an index beyond its colours',
      { width: 1, height: 1, bits: 8, palette, pixels: [200, 0, 0, 0] },
      'opened',
    ],
  ])('with %s ends as it should', async (_, parts, code) => {
    expect(await codeOf(folder, bmp(parts), { ...limits, maxPixels: 1_000_000 })).toBe(code);
  });
});
