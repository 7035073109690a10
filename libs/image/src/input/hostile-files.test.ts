import { crc32, deflateSync } from 'node:zlib';
import { dirname } from 'node:path';
import { isLandfallError } from '#runtime';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  distance,
  limits,
  makeFolder,
  never,
  photo,
  plain,
  render,
  spec,
} from '../fixtures/image.fixture.js';
import { openImageFile } from './open-image.js';
import { readImageFacts } from '../facts/read-image-facts.js';

/** What people with bad intentions upload, on the whole way of an image: opened, read, rendered; then a good one. */
const folder = await makeFolder();
let good: Buffer;
let picture: Buffer;
beforeAll(async () => {
  good = await plain([10, 90, 200], 40, 30).png().toBuffer();
  picture = await (await photo(200, 150)).jpeg({ quality: 90 }).toBuffer();
});
afterAll(() => folder[Symbol.asyncDispose]());

async function take(name: string, bytes: Uint8Array) {
  const file = await folder.write(name, bytes);
  const opened = await openImageFile(file, dirname(file), limits, never);
  const facts = await readImageFacts(opened.file, limits);
  const { images } = await render(opened.file, [spec('one')]);
  return { format: opened.format, facts, data: images[0]?.data ?? Buffer.alloc(0) };
}

/** The code that it ends with, or 'made'. The next one is fine, and the memory is back. */
async function endOf(name: string, bytes: Uint8Array): Promise<string> {
  const before = process.memoryUsage().rss;
  const end = await take(name, bytes).then(
    () => 'made',
    (thrown: unknown) => {
      if (isLandfallError(thrown)) return thrown.code;
      throw thrown;
    },
  );
  expect((await take('good.png', good)).format).toBe('png');
  expect(process.memoryUsage().rss - before).toBeLessThan(300 * 1024 ** 2);
  return end;
}

function pngChunk(type: string, data: Uint8Array): Buffer {
  const whole = Buffer.concat([Buffer.alloc(4), Buffer.from(type, 'latin1'), data, Buffer.alloc(4)]);
  whole.writeUInt32BE(data.length, 0);
  whole.writeUInt32BE(crc32(whole.subarray(4, -4)), whole.length - 4);
  return whole;
}

function gif(width: number, height: number, frames: number): Buffer {
  const screen = Buffer.from('474946383961000000008000000000ff0000', 'hex');
  // one dot each
  const frame = Buffer.from('21f90400010000002c0000000001000100000202440100', 'hex');
  const head = Buffer.concat([screen.subarray(0, 13), Buffer.from([0, 0, 0, 255, 0, 0])]);
  for (const [part, at] of [
    [head, 6],
    [frame, 13],
  ] as const) {
    part.writeUInt16LE(width, at);
    part.writeUInt16LE(height, at + 2);
  }
  return Buffer.concat([head, ...Array.from({ length: frames }, () => frame), Buffer.from([0x3b])]);
}

function tiffHeader(width: number, height: number): Buffer {
  const rows = [
    [0x0100, width],
    [0x0101, height],
    [0x0102, 8],
    [0x0103, 1],
    [0x0106, 1],
    [0x0111, 8],
    [0x0115, 1],
    [0x0116, height],
    [0x0117, 16],
  ].map(([tag = 0, value = 0]) => {
    const row = Buffer.alloc(12);
    row.writeUInt16LE(tag, 0);
    row.writeUInt16LE(4, 2);
    row.writeUInt32LE(1, 4);
    row.writeUInt32LE(value, 8);
    return row;
  });
  return Buffer.concat([Buffer.from('49492a00080000000900', 'hex'), ...rows, Buffer.alloc(64)]);
}

function webpHeader(width: number, height: number): Buffer {
  const size = Buffer.alloc(10);
  size.writeUIntLE(width - 1, 4, 3);
  size.writeUIntLE(height - 1, 7, 3);
  const chunk = Buffer.concat([Buffer.from('VP8X\x0a\0\0\0', 'latin1'), size]);
  const riff = Buffer.from('RIFF\0\0\0\0WEBP', 'latin1');
  riff.writeUInt32LE(4 + chunk.length, 4);
  return Buffer.concat([riff, chunk]);
}

describe('a picture of 65,535 × 65,535 pixels', () => {
  it.each<[string, () => Buffer, readonly string[]]>([
    [
      'PNG',
      () => {
        const header = Buffer.from([0, 0, 255, 255, 0, 0, 255, 255, 1, 0, 0, 0, 0]);
        const data = pngChunk('IDAT', deflateSync(Buffer.alloc(10_000_000), { level: 9 }));
        return Buffer.concat([
          Buffer.from('89504e470d0a1a0a', 'hex'),
          pngChunk('IHDR', header),
          data,
          pngChunk('IEND', Buffer.alloc(0)),
        ]);
      },
      ['media.too_many_pixels'],
    ],
    ['GIF', () => gif(65_535, 65_535, 1), ['media.too_many_pixels', 'media.damaged']],
    ['TIFF', () => tiffHeader(65_535, 65_535), ['media.too_many_pixels']],
    ['WebP', () => webpHeader(65_535, 65_535), ['media.too_many_pixels', 'media.damaged']],
  ])('is refused as a %s', async (_, make, codes) => {
    expect(await endOf('bomb', make())).toBeOneOf(codes);
  });
});

describe('many frames', () => {
  it('of a GIF are counted, and the first is shown', async () => {
    const { facts, data } = await take('many.gif', gif(1, 1, 10_000));
    expect(facts).toMatchObject({ format: 'gif', frames: 10_000, width: 1, height: 1 });
    expect(data.length).toBeGreaterThan(0);
    expect(await endOf('many.gif', gif(1, 1, 10_000))).toBe('made');
  });
});

describe('a file of two kinds', () => {
  it('is only the picture that it begins as', async () => {
    const zip = Buffer.from('504b0506000000000000000000000000000000000000', 'hex');
    const script = Buffer.from('*/;fetch("//example.com")//');
    const hidden = Buffer.concat([picture, script, zip]);
    const { format, data } = await take('both.zip', hidden);
    expect(format).toBe('jpeg');
    expect([data.includes('PK\x05\x06'), data.includes('fetch')]).toEqual([false, false]);
    expect(await distance(data, sharp(picture))).toBeLessThan(3);
    const dot = gif(1, 1, 1);
    // GIF89a/* = … : the width and height are the comment's beginning.
    dot.write('/*', 6, 'latin1');
    expect(await endOf('both.js', Buffer.concat([dot, script]))).toBeOneOf([
      'made',
      'media.damaged',
      'media.too_many_pixels',
    ]);
  });

  it.each(['photo.png', 'photo.gif', 'photo.pdf', 'photo.heic', 'photo.svg', 'photo'])(
    'is a JPEG even when it is named %s',
    async (name) => {
      expect((await take(name, picture)).format).toBe('jpeg');
    },
  );
});

describe('EXIF made to hurt', () => {
  const withExif = (block: Buffer) => {
    const size = Buffer.alloc(2);
    size.writeUInt16BE(block.length + 8);
    const part = Buffer.concat([Buffer.from('ffe1', 'hex'), size, Buffer.from('Exif\0\0'), block]);
    return Buffer.concat([picture.subarray(0, 2), part, picture.subarray(2)]);
  };
  it.each<[string, () => Buffer]>([
    [
      'a directory of itself',
      () => Buffer.from('49492a0008000000010069870400010000000800000008000000', 'hex'),
    ],
    [
      '65,535 entries',
      () =>
        Buffer.concat([Buffer.from('49492a0008000000ffff', 'hex'), Buffer.alloc(60_000, '1201040001000000')]),
    ],
    [
      'values of four gigabytes',
      () => Buffer.from('49492a0008000000010086920700ffffffff0800000000000000', 'hex'),
    ],
    ['nothing', () => Buffer.alloc(0)],
    ['an offset beyond its end', () => Buffer.from('49492a00ffffffff', 'hex')],
  ])('with %s changes nothing about the picture', async (_, make) => {
    const { data, facts } = await take('exif.jpg', withExif(make()));
    expect(facts).toMatchObject({ width: 200, height: 150 });
    expect(await distance(data, sharp(picture))).toBeLessThan(3);
  });

  it('a hundred times over changes nothing either', async () => {
    const block = Buffer.alloc(60_000, 0x41);
    const many = Array.from({ length: 100 }).reduce<Buffer>((bytes) => {
      const size = Buffer.from([(block.length + 2) >> 8, (block.length + 2) & 255]);
      return Buffer.concat([
        bytes.subarray(0, 2),
        Buffer.from('ffe1', 'hex'),
        size,
        block,
        bytes.subarray(2),
      ]);
    }, picture);
    expect(await endOf('long.jpg', many)).toBe('made');
  });
});

it.each([0, 1, 3, 12, 100_000])('refuses %i zero bytes', async (length) => {
  expect(await endOf('zeros', Buffer.alloc(length))).toBe('media.unsupported');
});
