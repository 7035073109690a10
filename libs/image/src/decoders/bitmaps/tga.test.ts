import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { readableType } from '../../input/input-formats.js';
import { distance, limits, makeFolder, photo } from '../../fixtures/image.fixture.js';
import { codeOf, drawBytes, openBytes } from '../decoders.fixture.js';

const folder = await makeFolder();
afterAll(() => folder[Symbol.asyncDispose]());

interface Parts {
  type: number;
  bits: number;
  flags?: number;
  width?: number;
  height?: number;
  palette?: number[];
  paletteBits?: number;
  name?: string;
  pixels: number[];
}

function tga({
  type,
  bits,
  flags = 0,
  width = 2,
  height = 2,
  palette = [],
  paletteBits = 0,
  name = '',
  pixels,
}: Parts) {
  const header = Buffer.alloc(18);
  header[0] = name.length;
  header[1] = palette.length > 0 ? 1 : 0;
  header[2] = type;
  header.writeUInt16LE(palette.length / (Math.ceil(paletteBits / 8) || 1), 5);
  header[7] = paletteBits;
  header.writeUInt16LE(width, 12);
  header.writeUInt16LE(height, 14);
  header[16] = bits;
  header[17] = flags;
  return Buffer.concat([header, Buffer.from(name), Buffer.from(palette), Buffer.from(pixels)]);
}

const [red, green, blue, white] = [
  [0, 0, 255],
  [0, 255, 0],
  [255, 0, 0],
  [255, 255, 255],
] as const;
/** Red and green above blue and white. */
const wanted = [255, 0, 0, 255, 0, 255, 0, 255, 0, 0, 255, 255, 255, 255, 255, 255];
const upwards = [...blue, ...white, ...red, ...green];
const palette = [...red, ...green, ...blue, ...white];
const of24 = { type: 2, bits: 24, pixels: upwards };

describe('a TGA', () => {
  it.each<[string, Parts]>([
    ['of 24 bits', of24],
    ['with a name', { ...of24, name: 'made by hand' }],
    ['downwards', { ...of24, flags: 32, pixels: [...red, ...green, ...blue, ...white] }],
    ['leftwards', { ...of24, flags: 16, pixels: [...white, ...blue, ...green, ...red] }],
    ['of a palette', { type: 1, bits: 8, palette, paletteBits: 24, pixels: [2, 3, 0, 1] }],
    [
      'of a palette of 16 bits',
      {
        type: 1,
        bits: 8,
        palette: [0, 0x7c, 0xe0, 3, 0x1f, 0, 0xff, 0x7f],
        paletteBits: 16,
        pixels: [2, 3, 0, 1],
      },
    ],
    ['of 16 bits', { type: 2, bits: 16, pixels: [0x1f, 0, 0xff, 0x7f, 0, 0x7c, 0xe0, 3] }],
    ['with runs', { type: 10, bits: 24, pixels: [0, ...blue, 0x80, ...white, 1, ...red, ...green] }],
    ['with runs of a palette', { type: 9, bits: 8, palette, paletteBits: 24, pixels: [3, 2, 3, 0, 1] }],
    [
      'of 32 bits that leave the fourth byte empty',
      { type: 2, bits: 32, flags: 8, pixels: [...blue, 0, ...white, 0, ...red, 0, ...green, 0] },
    ],
  ])('%s is read', async (_, parts) => {
    const { file, format, mimeType } = await openBytes(folder, tga(parts));
    expect({ format, mimeType }).toEqual({ format: 'tga', mimeType: 'image/x-tga' });
    expect([...(await sharp(file).raw().toBuffer())]).toEqual(wanted);
  });

  it('of grey is grey, and one run may be several rows', async () => {
    for (const parts of [
      { type: 3, bits: 8, pixels: [77, 77, 77, 77] },
      { type: 11, bits: 8, pixels: [0x83, 77] },
    ]) {
      const { file } = await openBytes(folder, tga(parts));
      expect([...(await sharp(file).removeAlpha().raw().toBuffer())]).toEqual(Array(12).fill(77));
    }
  });

  it('keeps what is transparent', async () => {
    const parts = { type: 2, bits: 32, flags: 8, width: 1, height: 1, pixels: [1, 2, 3, 128] };
    const { file } = await openBytes(folder, tga(parts));
    expect([...(await sharp(file).raw().toBuffer())]).toEqual([3, 2, 1, 128]);
  });

  it.each(['bgr24', 'bgra', 'rgb555le'])('as ffmpeg writes it in %s is the same picture', async (pixels) => {
    const from = await folder.write('from.png', await (await photo(301, 200)).png().toBuffer());
    for (const coded of [0, 1]) {
      const to = join(dirname(from), `${pixels}-${coded}.tga`);
      await promisify(execFile)(
        inject('services').ffmpegPath,
        `-loglevel error -y -i ${from} -pix_fmt ${pixels} -rle ${coded} ${to}`.split(' '),
      );
      const made = sharp(await drawBytes(folder, await readFile(to))).removeAlpha();
      expect(await distance(made, sharp(from).removeAlpha())).toBeLessThan(pixels === 'rgb555le' ? 6 : 0.01);
    }
  });
});

describe('a bad TGA', () => {
  it('truncated at any place is damaged', async () => {
    for (const whole of [
      tga(of24),
      tga({ type: 10, bits: 24, pixels: [0, ...blue, 0x80, ...white, 1, ...red, ...green] }),
    ]) {
      for (let length = 18; length < whole.length; length++) {
        expect(await codeOf(folder, whole.subarray(0, length))).toBe('media.damaged');
      }
    }
  });

  it.each<[string, Parts, string]>([
    ['65,535 × 65,535 pixels', { ...of24, width: 65_535, height: 65_535 }, 'media.too_many_pixels'],
    ['runs for a hundredth of its size', { ...of24, type: 10, width: 7000, height: 7000 }, 'media.damaged'],
    [
      'an index beyond its palette',
      { type: 1, bits: 8, palette: [...red], paletteBits: 24, pixels: [9, 9, 9, 9] },
      'opened',
    ],
    ['no width', { ...of24, width: 0 }, 'media.unsupported'],
    ['48 bits', { ...of24, bits: 48 }, 'media.unsupported'],
    ['a palette it does not use', { ...of24, palette, paletteBits: 24 }, 'media.unsupported'],
    ['reserved bits', { ...of24, flags: 64 }, 'media.unsupported'],
  ])('with %s ends as it should', async (_, parts, code) => {
    expect(await codeOf(folder, tga(parts), limits)).toBe(code);
  });

  it.each<[string, string]>([
    ['MPEG', '000001ba44000400040100000300'],
    ['a font', '0001000000110100000400104453'],
    ['a spreadsheet of 1983', '0000020006040600080000000000'],
    ['an MP4', '00000020667479706d70343200000000'],
    ['zeros', ''],
  ])('is not seen in %s', (_, hex) => {
    expect(readableType(Buffer.from(hex.padEnd(200, '0'), 'hex'))).toBeUndefined();
  });
});
