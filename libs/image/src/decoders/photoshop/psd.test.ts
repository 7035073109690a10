import { gunzipSync } from 'node:zlib';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { apart, distance, limits, makeFolder, middlePixel, renderOne } from '../../fixtures/image.fixture.js';
import { codeOf, fourQuarters, openBytes } from '../decoders.fixture.js';

const folder = await makeFolder();
afterAll(() => folder[Symbol.asyncDispose]());

/** Red, green, blue and yellow quarters of 60 × 40 pixels with one layer, written by ag-psd; packed. */
const files = {
  psd: 'H4sIAAAAAAACA7NwCghmYGSAAGYg1gBiGwYOMBsEZCycPH1ZmMBsIAnmGYB5jCBtzAJAzAE3gQFuAkT/J7DMJ5BOhlMgvXn5Rbn/gcYDgQpMA3N+XipILqc0LxPI5QG7JJ8hjyEVZAsDC3Xh4/+PGaiKGR7foSamgY8ZqO5navuYiUhIpI+PMhAHgX6xoSaG5Atqxx/VIZVDe7DnqMGe/gcqtQIAwEGvZPwFAAA=',
  psb: 'H4sIAAAAAAACA7NwCghmYGKAAGYg1gBiGwYOMBsEZCycPH1ZICqAJJhnAOYxMkKVsAhAaRYGmBAD3CSYOQyMTjBZIAtqI6MUyLy8/KLc/0ArgUAFppo5Py8VJJdTmpcJ5PKAXZfPkMeQCtIGsmww48f/HzNQFTM8vkNNPARCkIHqYUj9EGSiMqZqCB5lIA4Cw8aGmhiSsQd7+hoCeFCnrsFewg328mOgcicAcrasC/AHAAA=',
  /** The right half is transparent by half. */
  alpha:
    'H4sIAAAAAAACA7NwCghmYGSAABYg1gBiGwYOBmaomIyFk6cvCxOYDSTBPAMwjxGkjYUDpO3/fwYEgJjAAhb7BBb5BLbhE0g/wymQCXn5Rbn/gZYAgQpMG3N+XipILqc0LxPI5QEJMeQz5DGkguwCWkJV+Pj/44bBjGniYwaqYobHd6iJaeBjBqr7mdo+ZiISEunjowzEQaBfbKiJIeUBteNvpEFgSNZTFTM8fktlTO38RG331VMV/388l8p4UNc5AAQJSicMCAAA',
};
const packed = (name: keyof typeof files) => gunzipSync(Buffer.from(files[name], 'base64'));
const wanted = fourQuarters;

interface Parts {
  version?: number;
  channels?: number;
  width?: number;
  height?: number;
  depth?: number;
  mode?: number;
  palette?: Buffer;
  resources?: [number: number, data: Buffer][];
  merged: number[];
}

function psd({
  version = 1,
  channels = 3,
  width = 2,
  height = 1,
  depth = 8,
  mode = 3,
  palette = Buffer.alloc(0),
  resources = [],
  merged,
}: Parts) {
  const header = Buffer.alloc(26);
  header.write('8BPS');
  header.writeUInt16BE(version, 4);
  header.writeUInt16BE(channels, 12);
  header.writeUInt32BE(height, 14);
  header.writeUInt32BE(width, 18);
  header.writeUInt16BE(depth, 22);
  header.writeUInt16BE(mode, 24);
  const blocks = resources.map(([number, data]) => {
    const head = Buffer.from('8BIM\0\0\0\0\0\0\0\0');
    head.writeUInt16BE(number, 4);
    head.writeUInt32BE(data.length, 8);
    return Buffer.concat([head, data, Buffer.alloc(data.length % 2)]);
  });
  const section = (data: Buffer) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(data.length);
    return Buffer.concat([length, data]);
  };
  const layers = Buffer.alloc(version === 2 ? 8 : 4);
  return Buffer.concat([
    header,
    section(palette),
    section(Buffer.concat(blocks)),
    layers,
    Buffer.from(merged),
  ]);
}

const rgb = [0, 0, 10, 40, 20, 50, 30, 60];
const palette = Buffer.alloc(768);
palette.set([10, 40], 0);
palette.set([20, 50], 256);
palette.set([30, 60], 512);
const shown = [10, 20, 30, 255, 40, 50, 60, 255];

describe('a Photoshop file', () => {
  it.each<[string, Parts, number[]]>([
    ['of RGB', { merged: rgb }, shown],
    ['of large documents', { version: 2, merged: rgb }, shown],
    ['of 16 bits', { depth: 16, merged: [0, 0, 10, 9, 40, 0, 20, 0, 50, 0, 30, 0, 60, 0] }, shown],
    ['with runs', { merged: [0, 1, 0, 3, 0, 4, 0, 3, 1, 10, 40, 128, 1, 20, 50, 1, 30, 60] }, shown],
    [
      'of large documents with runs',
      { version: 2, merged: [0, 1, 0, 0, 0, 3, 0, 0, 0, 3, 0, 0, 0, 2, 1, 10, 40, 1, 20, 50, 255, 30] },
      [10, 20, 30, 255, 40, 50, 30, 255],
    ],
    ['of grey', { channels: 1, mode: 1, merged: [0, 0, 7, 200] }, [7, 7, 7, 255, 200, 200, 200, 255]],
    ['of a palette', { channels: 1, mode: 2, palette, merged: [0, 0, 0, 1] }, shown],
    [
      'of one bit',
      { channels: 1, mode: 0, depth: 1, merged: [0, 0, 0x40] },
      [255, 255, 255, 255, 0, 0, 0, 255],
    ],
    ['with a channel more', { channels: 4, merged: [...rgb, 1, 2] }, shown],
  ])('%s is read', async (_, parts, pixels) => {
    const { file, format, mimeType } = await openBytes(folder, psd(parts));
    expect({ format, mimeType }).toEqual({ format: 'psd', mimeType: 'image/vnd.adobe.photoshop' });
    expect([...(await sharp(file).raw().toBuffer())]).toEqual(pixels);
  });

  it('of another program is its merged picture', async () => {
    for (const name of ['psd', 'psb'] as const) {
      const { file } = await openBytes(folder, packed(name));
      expect(await distance(sharp(file).removeAlpha(), wanted)).toBe(0);
    }
    const { file } = await openBytes(folder, packed('alpha'));
    const { data } = await sharp(file).raw().toBuffer({ resolveWithObject: true });
    expect([data[3], data[59 * 4 + 3]]).toEqual([255, 128]);
    expect(await distance(sharp(file).removeAlpha(), wanted)).toBeLessThan(1);
  });

  it('of CMYK is shown in its colours, with a profile and without', async () => {
    // All of cyan, then nothing: 0 is all of an ink.
    const merged = [0, 0, ...Array(4).fill(0), ...Array(12).fill(255)];
    const profiled = await sharp({ create: { width: 1, height: 1, channels: 3, background: '#fff' } })
      .toColourspace('cmyk')
      .withIccProfile('cmyk')
      .jpeg()
      .toBuffer();
    const icc = (await sharp(profiled).metadata()).icc ?? Buffer.alloc(0);
    for (const resources of [[], [[1039, icc]]] satisfies Parts['resources'][]) {
      const { file } = await openBytes(folder, psd({ channels: 4, width: 4, mode: 4, resources, merged }));
      expect(await sharp(file).metadata()).toMatchObject({
        space: 'cmyk',
        width: 4,
        hasProfile: resources.length > 0,
      });
      const { data } = await renderOne(file);
      expect(apart((await middlePixel(data)).slice(0, 3), [0, 160, 230])).toBeLessThan(50);
    }
    const white = psd({ channels: 4, mode: 4, merged: [0, 0, ...Array(8).fill(255)] });
    const { data } = await renderOne((await openBytes(folder, white)).file as string);
    expect(apart((await middlePixel(data)).slice(0, 3), [255, 255, 255])).toBeLessThan(3);
  });

  it('carries ICC profile, EXIF and XMP', async () => {
    const { icc } = await sharp(await wanted.clone().withIccProfile('p3').png().toBuffer()).metadata();
    const exif = Buffer.from('49492a00080000000100120103000100000006000000000000000000', 'hex');
    const resources: Parts['resources'] = [
      [1057, Buffer.from([0, 0, 0, 1, 1])],
      [1039, icc ?? Buffer.alloc(0)],
      [1058, exif],
      [1060, Buffer.from('<x:xmpmeta xmlns:x="adobe:ns:meta/"/>')],
    ];
    const { file } = await openBytes(folder, psd({ resources, merged: rgb }));
    const metadata = await sharp(file).metadata();
    expect(metadata.icc?.equals(icc ?? Buffer.alloc(0))).toBe(true);
    expect([metadata.orientation, metadata.xmp?.toString()]).toEqual([
      1,
      '<x:xmpmeta xmlns:x="adobe:ns:meta/"/>',
    ]);
  });
});

describe('a bad Photoshop file', () => {
  it('truncated at any tenth is damaged', async () => {
    for (const whole of [packed('psd'), packed('psb'), packed('alpha'), psd({ merged: rgb })]) {
      for (let tenth = 1; tenth < 10; tenth++) {
        const part = whole.subarray(0, Math.max(12, Math.floor((whole.length * tenth) / 10)));
        expect(await codeOf(folder, part)).toBe('media.damaged');
      }
    }
  });

  it.each<[string, Parts, string]>([
    ['layers only', { resources: [[1057, Buffer.from([0, 0, 0, 1, 0])]], merged: rgb }, 'media.unsupported'],
    ['30,000 × 30,000 pixels', { width: 30_000, height: 30_000, merged: rgb }, 'media.too_many_pixels'],
    ['4,294,967,295 rows', { height: 0xffffffff, merged: rgb }, 'media.damaged'],
    ['7,000 × 7,000 pixels that are not there', { width: 7000, height: 7000, merged: rgb }, 'media.damaged'],
    ['no width', { width: 0, merged: rgb }, 'media.damaged'],
    ['two channels for three colours', { channels: 2, merged: rgb }, 'media.damaged'],
    ['32 bits', { depth: 32, merged: rgb }, 'media.unsupported'],
    ['Lab', { mode: 9, merged: rgb }, 'media.unsupported'],
    ['version 3', { version: 3, merged: rgb }, 'media.unsupported'],
    ['zip', { merged: [0, 2, ...rgb] }, 'media.unsupported'],
    ['a row too short', { merged: [0, 1, 0, 2, 0, 3, 0, 3, 0, 10, 1, 20, 50, 1, 30, 60] }, 'media.damaged'],
    [
      'a row beyond its end',
      { merged: [0, 1, 0, 2, 0, 3, 255, 255, 1, 10, 1, 20, 50, 1, 30, 60] },
      'media.damaged',
    ],
    ['a row that is too long', { merged: [0, 1, 0, 2, 0, 3, 0, 3, 130, 10, 1, 20, 50, 1, 30, 60] }, 'opened'],
    [
      'a palette too short',
      { channels: 1, mode: 2, palette: palette.subarray(3), merged: [0, 0, 0, 1] },
      'media.damaged',
    ],
    ['resources without an end', { resources: [[1039, Buffer.from('8BIM')]], merged: rgb }, 'opened'],
  ])('with %s ends as it should', async (_, parts, code) => {
    expect(await codeOf(folder, psd(parts), limits)).toBe(code);
  });
});
