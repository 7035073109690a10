import { readFile } from 'node:fs/promises';
import { brotliCompressSync } from 'node:zlib';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { readImageFacts } from '../../facts/read-image-facts.js';
import { distance, limits, makeFolder } from '../../fixtures/image.fixture.js';
import { decoderThreadBytes } from '../sandbox/decoder-task.js';
import { codeOf, fourQuarters, openBytes } from '../decoders.fixture.js';
import { box } from '../heif/heic.fixture.js';

const folder = await makeFolder();
afterAll(() => folder[Symbol.asyncDispose]());

/** Red, green, blue and yellow quarters of 60 × 40 pixels, written by libjxl (ffmpeg's encoder). */
const files = {
  lossy:
    '/woJBwASiAIArAVd5RIAABUqo4wbvJzr+fJDh8W0jesMbbVtYUmiyDg2SSdwmKSgQIrlNkY1KsbGGKOisMJtZMUoRlJsY+3KbRkZFWMkM0nNAOCODAPfatLQlrPB6vXdb/DOzgmKSoV8/LU5QgfdXCCVJK2+CZaWkJ7daCNiVzo+F+SpoBNU3zW2dAxZ7hWEeEWgKx2nmjBisx9btbeCHI8Zf7komX7dGAkK6x6+atad3AOKXSEFcsWjUncZ8+6SZOZdZF6MCbhs46c7+rRVJFlAKU3T+d59k/z1ZUwellf2hYrFGSYmNT9ujNrw1ZnuqARWOV5g/4Gf/e6tfA3LGAX0qz6B0fY2hYRjUCrZPtkRlFZlRnTH/6aDSKNP1joemBwuJXoOK3TVA9ZgoOFyA4IkYIb+HSZvzns1PvnTfoMeSoIjLXyVidyW32Bby0k5S5Kbk84nQKCi9zy6X4tLl8b4SqerUD83AUTC9UgsJYqgIIOhQAE=',
  lossless: '/woJQSQIAgEAvABLOGmYyoP3K0iYAFBP/IkxfvzrCwBeIAiAUqQBAIFJXAOn6HfjDQTwUD7P02aBBA==',
  /** The right half is transparent by half. */
  rgba: '/woJwUoICBAAxABLOGmYyoP3K0iYAFBP/IkxfpzrC7ddQAiAsIAmFFwDpwAn6Xfj8ZgTABVDO6dNxSoC',
  '16 bits':
    'AAAADEpYTCANCocKAAAAFGZ0eXBqeGwgAAAAAGp4bCAAAAAJanhsbAoAAABXanhsY/8KCfEDCQgCAQAMAUs4aZjKg/cpKAiAe8afjx8/xqCPeYEgAPoIpQ4CETzlrSECjQHhH0D44B+IALjvF0R47hfwB5BIMASMqGyfHTBFewA=',
  grey: '/woJQVDcCAgCAQCgAEs4aZjKg/cpSAiAcn4+xp+/ABAAAIM2AIED2gMcoAAEoTQGWYXiLAE=',
  p3: '/woJQUAmNwIIAgEAvABLOGmYyoP3K0iYAFBP/IkxfvzrCwBeIAiAUqQBAIFJXAOn6HfjDQTwUD7P02aBBA==',
};
const jxl = (name: keyof typeof files) => Buffer.from(files[name], 'base64');
const wanted = fourQuarters;

/** The container of ISO/IEC 18181-2 around a codestream. */
const container = (...more: Buffer[]) =>
  Buffer.concat([
    box('JXL ', Buffer.from('0d0a870a', 'hex')),
    box('ftyp', 'jxl ', Buffer.alloc(4), 'jxl '),
    ...more,
    box('jxlc', jxl('lossless')),
  ]);

describe('a JPEG XL', () => {
  it.each<[keyof typeof files, number]>([
    ['lossy', 8],
    ['lossless', 0.01],
    ['16 bits', 0.5],
  ])('%s is read', async (name, most) => {
    const { file, format, mimeType } = await openBytes(folder, jxl(name));
    expect({ format, mimeType }).toEqual({ format: 'jxl', mimeType: 'image/jxl' });
    expect(await distance(sharp(file).toColourspace('srgb'), wanted)).toBeLessThan(most);
  });

  it('keeps what is transparent, grey, deep and wide', async () => {
    const { file } = await openBytes(folder, jxl('rgba'));
    const { data } = await sharp(file).raw().toBuffer({ resolveWithObject: true });
    expect([data[3], data[59 * 4 + 3]]).toEqual([255, 128]);
    expect(await sharp((await openBytes(folder, jxl('grey'))).file).metadata()).toMatchObject({
      channels: 1,
    });
    const deep = await openBytes(folder, jxl('16 bits'));
    expect(await sharp(deep.file).metadata()).toMatchObject({ depth: 'ushort' });
    const wide = await openBytes(folder, jxl('p3'));
    // cICP of the PNG (W3C PNG, third edition, 11.3.2.6): primaries of P3, by their number.
    const png = await readFile(wide.file);
    expect(png.subarray(png.indexOf('cICP') + 4)[0]).toBe(11);
  });

  it('in a container carries EXIF and XMP, packed or not', async () => {
    const tiff = Buffer.from('49492a00080000000100120103000100000006000000000000000000', 'hex');
    const exif = Buffer.concat([Buffer.alloc(4), tiff]);
    const xmp = '<x:xmpmeta xmlns:x="adobe:ns:meta/"></x:xmpmeta>';
    for (const boxes of [
      [box('Exif', exif), box('xml ', xmp)],
      [
        box('brob', 'Exif', brotliCompressSync(exif)),
        box('brob', 'xml ', brotliCompressSync(Buffer.from(xmp))),
      ],
    ]) {
      const { file } = await openBytes(folder, container(...boxes));
      const metadata = await sharp(file).metadata();
      expect(metadata.exif?.length).toBeGreaterThan(0);
      expect(metadata.xmp?.toString()).toBe(xmp);
      // The codestream says how it is turned, and EXIF does not (ISO/IEC 18181-2, 9.5).
      expect(await readImageFacts(file, limits)).toMatchObject({ width: 60, height: 40, orientation: 1 });
    }
  });
});

describe('a bad JPEG XL', () => {
  it('truncated at any tenth is damaged', async () => {
    for (const whole of [jxl('lossy'), container()]) {
      for (let tenth = 1; tenth < 10; tenth++) {
        const part = whole.subarray(0, Math.max(12, Math.floor((whole.length * tenth) / 10)));
        expect(await codeOf(folder, part)).toBe('media.damaged');
      }
    }
  });

  it('with any byte of its start changed is read or refused with a word on it', async () => {
    for (let at = 2; at < 40; at += 3) {
      const bytes = jxl('lossy');
      bytes[at] = (bytes[at] ?? 0) ^ 0x5a;
      const code = await codeOf(folder, bytes);
      expect(code).toBeOneOf(['opened', 'media.damaged', 'media.unsupported', 'media.too_many_pixels']);
    }
  });

  it('of more pixels than the limit is refused before they are decoded', async () => {
    const within = { ...limits, maxPixels: 60 * 40 - 1 };
    expect(await codeOf(folder, jxl('lossless'), within)).toBe('media.too_many_pixels');
    // SizeHeader (ISO/IEC 18181-1, D.2): a height of 30 bits, as wide as it is high; then all of the rest by default.
    expect(await codeOf(folder, sized(65_535))).toBe('media.too_many_pixels');
    expect(await codeOf(folder, sized(2 ** 30))).toBe('media.too_many_pixels');
  });

  it('of metadata that unpacks without an end is a picture all the same', async () => {
    const bomb = brotliCompressSync(Buffer.alloc(64 * 1024 ** 2));
    const { file } = await openBytes(
      folder,
      container(box('brob', 'Exif', bomb), box('Exif', Buffer.from('ffffffff00', 'hex'))),
    );
    expect(await distance(sharp(file), wanted)).toBeLessThan(0.01);
  });

  it('of many packed boxes takes no more memory than of one, or is refused', async () => {
    const bomb = box('brob', 'Exif', brotliCompressSync(Buffer.alloc(4 * 1024 ** 2)));
    const peak = () => process.resourceUsage().maxRSS * 1_024;
    const before = peak();
    const codes: string[] = [];
    for (const length of [100, 2_000])
      codes.push(await codeOf(folder, container(...Array.from({ length }, () => bomb))));
    expect(codes).toEqual(['opened', 'media.too_complex']);
    expect(peak() - before).toBeLessThan(decoderThreadBytes);
  });
});

/** A square of so many pixels a side, of which only the header is there. */
function sized(side: number): Buffer {
  const fields: [value: number, bits: number][] = [
    [0, 1],
    [3, 2],
    [side - 1, 30],
    [1, 3],
    [1, 1],
    [1, 1],
  ];
  // The lowest bit comes first.
  const bits = fields.flatMap(([value, count]) =>
    Array.from({ length: count }, (_, bit) => Math.floor(value / 2 ** bit) % 2),
  );
  const bytes = Buffer.alloc(48);
  bits.forEach((bit, at) => (bytes[2 + (at >> 3)] = (bytes[2 + (at >> 3)] ?? 0) + bit * 2 ** (at & 7)));
  bytes.set([0xff, 0x0a]);
  return bytes;
}
