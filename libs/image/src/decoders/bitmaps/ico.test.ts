import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { limits, makeFolder, plain } from '../../fixtures/image.fixture.js';
import { codeOf, openBytes } from '../decoders.fixture.js';

const folder = await makeFolder();
afterAll(() => folder[Symbol.asyncDispose]());

interface Dib {
  width: number;
  height: number;
  bits: number;
  palette?: number[];
  compression?: number;
  pixels: number[];
}

function dib({ width, height, bits, palette = [], compression = 0, pixels }: Dib): Buffer {
  const header = Buffer.alloc(40);
  header.writeUInt32LE(40, 0);
  header.writeInt32LE(width, 4);
  header.writeInt32LE(height * 2, 8);
  header.writeUInt16LE(1, 12);
  header.writeUInt16LE(bits, 14);
  header.writeUInt32LE(compression, 16);
  header.writeUInt32LE(palette.length / 4, 32);
  return Buffer.concat([header, Buffer.from(palette), Buffer.from(pixels)]);
}

function ico(pictures: Buffer[], kind = 1): Buffer {
  const directory = Buffer.alloc(6 + pictures.length * 16);
  directory.writeUInt16LE(kind, 2);
  directory.writeUInt16LE(pictures.length, 4);
  let at = directory.length;
  pictures.forEach((picture, index) => {
    directory.writeUInt32LE(picture.length, 6 + index * 16 + 8);
    directory.writeUInt32LE(at, 6 + index * 16 + 12);
    at += picture.length;
  });
  return Buffer.concat([directory, ...pictures]);
}

/** Red and green above, blue and nothing below; each row has four bytes or a multiple. */
const wanted = [255, 0, 0, 255, 0, 255, 0, 255, 0, 0, 255, 255];
const small = { width: 2, height: 2 };
const mask = [0x40, 0, 0, 0, 0, 0, 0, 0];
const palette = [0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0, 0, 0, 0, 0, 0];
const of24 = { ...small, bits: 24, pixels: [255, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 0, 255, 0, 0, 0, ...mask] };

describe('an icon', () => {
  it.each<[string, Dib, number]>([
    ['of 24 bits', of24, 1],
    ['of 24 bits, as a cursor,', of24, 2],
    ['of 8 bits', { ...small, bits: 8, palette, pixels: [2, 3, 0, 0, 0, 1, 0, 0, ...mask] }, 1],
    ['of 4 bits', { ...small, bits: 4, palette, pixels: [0x23, 0, 0, 0, 0x01, 0, 0, 0, ...mask] }, 1],
    [
      'of 32 bits with transparency',
      {
        ...small,
        bits: 32,
        pixels: [255, 0, 0, 255, 0, 0, 0, 0, 0, 0, 255, 255, 0, 255, 0, 255, ...mask],
      },
      1,
    ],
    [
      'of 32 bits with a mask only',
      { ...small, bits: 32, pixels: [255, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 0, 0, 255, 0, 0, ...mask] },
      1,
    ],
  ])('%s is read', async (_, parts, kind) => {
    const { file, format, mimeType } = await openBytes(folder, ico([dib(parts)], kind));
    expect({ format, mimeType }).toEqual({ format: 'ico', mimeType: 'image/x-icon' });
    const pixels = [...(await sharp(file).raw().toBuffer())];
    expect([pixels.slice(0, 12), pixels[15]]).toEqual([wanted, 0]);
  });

  it('gives its largest picture, and of those the deepest', async () => {
    const png = await plain([9, 8, 7], 300, 300).png().toBuffer();
    const { file } = await openBytes(folder, ico([dib(of24), png, dib(of24)]));
    expect(await sharp(file).metadata()).toMatchObject({ format: 'png', width: 300, height: 300 });
    const shallow = dib({ ...small, bits: 8, palette, pixels: [3, 3, 0, 0, 3, 3, 0, 0, ...mask] });
    const deep = await openBytes(folder, ico([shallow, dib(of24), shallow]));
    expect([...(await sharp(deep.file).raw().toBuffer())].slice(0, 12)).toEqual(wanted);
  });
});

describe('a bad icon', () => {
  it('truncated at any place is damaged', async () => {
    const whole = ico([dib(of24)]);
    for (let length = 22; length < whole.length - 3; length += 4) {
      expect(await codeOf(folder, whole.subarray(0, length))).toBe('media.damaged');
    }
  });

  const shifted = (at: number, value: number) => {
    const file = ico([dib(of24)]);
    file.writeUInt32LE(value, at);
    return file;
  };
  it.each<[string, Buffer, string]>([
    ['2,147,483,647 × 1 pixels', shifted(26, 0x7fffffff), 'media.too_many_pixels'],
    [
      '65,535 × 65,535 pixels',
      ico([dib({ ...of24, width: 65_535, height: 65_535 })]),
      'media.too_many_pixels',
    ],
    ['a width below zero', shifted(26, 0xffffffff), 'media.damaged'],
    ['no height', shifted(30, 0), 'media.damaged'],
    ['a picture beyond its end', shifted(18, 0xfffffff0), 'media.damaged'],
    ['run lengths', shifted(38, 1), 'media.unsupported'],
    ['3 bits', ico([dib({ ...of24, bits: 3 })]), 'media.unsupported'],
    ['a header of OS/2', shifted(22, 12), 'media.unsupported'],
    ['a length of four gigabytes', shifted(14, 0xffffffff), 'opened'],
    ['no pictures', ico([]), 'media.unsupported'],
    ['a picture inside the directory', shifted(18, 0), 'media.unsupported'],
    ['zeros for pictures', Buffer.from(`00000100ffff${'00'.repeat(600)}`, 'hex'), 'media.unsupported'],
    ['a PNG that is none', ico([Buffer.from(`89504e470d0a1a0a${'00'.repeat(60)}`, 'hex')]), 'opened'],
  ])('with %s ends as it should', async (_, bytes, code) => {
    expect(await codeOf(folder, bytes, { ...limits, maxPixels: 1_000_000 })).toBe(code);
  });
});
