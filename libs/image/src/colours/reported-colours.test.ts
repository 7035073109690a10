import { crc32 } from 'node:zlib';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { readImageHeader } from '../input/image-header.js';
import { decodeBaseImage } from '../renditions/base/base-image.js';

const limits = { maxPixels: 1_000_000, timeoutMs: 10_000 };

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
const numbers = (...values: number[]) => {
  const data = Buffer.alloc(values.length * 4);
  for (const [at, value] of values.entries()) data.writeUInt32BE(Math.round(value * 100_000), at * 4);
  return data;
};
const cicp = (primaries: number, transfer: number) => chunk('cICP', Buffer.from([primaries, transfer, 0, 1]));
const gamma = (value: number) => chunk('gAMA', numbers(value));
const p3 = numbers(0.3127, 0.329, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06);
const srgb = numbers(0.3127, 0.329, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06);

/** What becomes of one colour of a PNG with these chunks behind its header, with alpha or without. */
async function shown(colour: number[], chunks: Buffer[], alpha = false): Promise<number[]> {
  const [r = 0, g = 0, b = 0] = colour;
  const background = { r, g, b, alpha: 1 };
  const plain = await sharp({ create: { width: 20, height: 10, channels: alpha ? 4 : 3, background } })
    .png()
    .toBuffer();
  const png = Buffer.concat([plain.subarray(0, 33), ...chunks, plain.subarray(33)]);
  const header = await readImageHeader(png, limits);
  const base = await decodeBaseImage({ file: png, header, limits }, { width: 10, height: 5 }, 10);
  expect(base.channels).toBe(alpha ? 4 : 3);
  return [...base.data.subarray(0, base.channels)];
}

test.each<[string, number[], Buffer[], number[]]>([
  ['nothing told', [220, 30, 30], [], [220, 30, 30]],
  ['sRGB by cICP', [220, 30, 30], [cicp(1, 13)], [220, 30, 30]],
  ['a camera’s curve by cICP', [220, 30, 30], [cicp(1, 1)], [220, 30, 30]],
  ['codes that nobody knows', [220, 30, 30], [cicp(200, 201)], [220, 30, 30]],
  ['Display P3 by cICP', [202, 53, 44], [cicp(12, 13)], [220, 30, 30]],
  ['BT.2020 in SDR by cICP', [207, 74, 34], [cicp(9, 13)], [255, 0, 0]],
  ['light itself by gAMA', [184, 3, 3], [gamma(1)], [220, 29, 29]],
  ['a power of 2.2 by cICP', [128, 128, 128], [cicp(1, 4)], [129, 129, 129]],
  ['the gAMA of sRGB', [220, 30, 30], [gamma(0.45455), chunk('cHRM', srgb)], [220, 30, 30]],
  ['Display P3 by cHRM', [202, 53, 44], [gamma(0.45455), chunk('cHRM', p3)], [220, 30, 30]],
  [
    'cHRM that is no triangle',
    [220, 30, 30],
    [chunk('cHRM', numbers(0, 0, 0, 0, 0, 0, 0, 0))],
    [220, 30, 30],
  ],
  ['an absurd gAMA', [220, 30, 30], [gamma(0.00001)], [220, 30, 30]],
  ['cICP before gAMA', [202, 53, 44], [cicp(12, 13), gamma(1)], [220, 30, 30]],
  ['sRGB before gAMA', [220, 30, 30], [chunk('sRGB', Buffer.from([0])), gamma(1)], [220, 30, 30]],
])('%s', async (_, colour, chunks, wanted) => {
  const found = await shown(colour, chunks);
  expect(Math.max(...found.map((value, at) => Math.abs(value - (wanted[at] ?? -1))))).toBeLessThanOrEqual(2);
});

test('alpha is no colour', async () => {
  expect((await shown([202, 53, 44], [cicp(12, 13)], true))[3]).toBe(255);
});

test.each([
  ['PQ', cicp(9, 16), 148, 64],
  ['HLG', cicp(9, 18), 191, 80],
])(
  'white of %s is white, what is brighter is not darker, and grey stays grey',
  async (_, reported, white, dark) => {
    const at = async (sample: number) => shown([sample, sample, sample], [reported]);
    const [paper = 0, sun = 0, shadow = 255] = (await Promise.all([white, 255, dark].map(at))).map(
      ([red]) => red,
    );
    expect(paper).toBeGreaterThanOrEqual(235);
    expect(sun).toBeGreaterThan(paper);
    expect(shadow).toBeLessThan(100);
    const [red, green, blue] = await at(white);
    expect([green, blue]).toEqual([red, red]);
  },
);
