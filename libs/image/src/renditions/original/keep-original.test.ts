import { crc32 } from 'node:zlib';
import type { ImageSpec } from '#media';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { chunk } from '../../decoders/containers/write-png.js';
import { makeFolder, photo, plain, rawOf, renderOne } from '../../fixtures/image.fixture.js';

/** What must not be in a rendition, wherever it was hidden. */
const secret = 'SECRET-OF-THE-UPLOADER';
const kept: Partial<ImageSpec> = { format: 'keep', width: 400, keepOriginal: true };
const picture = await (await photo(120, 90)).png().toBuffer();
const open = () => sharp(picture).removeAlpha();
const clear = () => plain([200, 80, 40, 128], 40, 30);
const frames = () => {
  const three = [0, 1, 2].map((at) =>
    plain([60 * at, 90, 200], 40, 30)
      .png()
      .toBuffer(),
  );
  return Promise.all(three).then((input) => sharp(input, { join: { animated: true } }));
};

/** Adds to a file all the metadata that its format can have, and bytes behind its end. */
function burden(file: Buffer): Buffer {
  const note = Buffer.from(secret);
  const end = Buffer.from(`\0PK\x05\x06${secret}`, 'latin1');
  if (file[0] === 0xff) {
    const segment = (marker: number, text: string) => {
      const data = Buffer.from(text, 'latin1');
      return Buffer.concat([Buffer.from([0xff, marker, 0, data.length + 2]), data]);
    };
    const own = [
      segment(0xe0, `JFXX\0${secret}`),
      segment(0xe1, `Exif\0\0${secret}`),
      segment(0xed, `Photoshop 3.0\0${secret}`),
      segment(0xfe, secret),
    ];
    return Buffer.concat([file.subarray(0, 2), ...own, file.subarray(2), end]);
  }
  if (file[0] === 0x89) {
    const own = ['tEXt', 'tIME', 'eXIf', 'prVt', 'fdAT'].map((type) => chunk(type, note));
    return Buffer.concat([file.subarray(0, 33), ...own, file.subarray(33), end]);
  }
  if (file.toString('latin1', 0, 3) === 'GIF') {
    const block = Buffer.concat([Buffer.from([note.length]), note, Buffer.from([0])]);
    const comment = Buffer.concat([Buffer.from([0x21, 0xfe]), block]);
    const foreign = Buffer.concat([Buffer.from('21ff0b', 'hex'), Buffer.from('XMP DataXMP'), block]);
    return Buffer.concat([file.subarray(0, -1), comment, foreign, file.subarray(-1), end]);
  }
  const own = ['EXIF', 'XMP ', 'junk'].map((type) => riffChunk(type, note));
  const whole = Buffer.concat([file, ...own]);
  whole.writeUInt32LE(whole.length - 8, 4);
  return Buffer.concat([whole, end]);
}

function riffChunk(type: string, data: Buffer): Buffer {
  const head = Buffer.from(`${type}\0\0\0\0`, 'latin1');
  head.writeUInt32LE(data.length, 4);
  return Buffer.concat([head, data, Buffer.alloc(data.length % 2)]);
}

const tagged = (image: Sharp) =>
  image
    .withIccProfile('srgb')
    .withExif({ IFD0: { Artist: secret } })
    .withXmp(`<x>${secret}</x>`);

describe('an original that fits is kept without its metadata', () => {
  it.each<[string, () => Sharp | Promise<Sharp>]>([
    ['a JPEG', () => open().jpeg()],
    ['a JPEG with a profile of sRGB', () => tagged(open()).jpeg({ quality: 95 })],
    ['a progressive JPEG', () => tagged(open()).jpeg({ progressive: true, chromaSubsampling: '4:4:4' })],
    ['a JPEG by mozjpeg', () => open().jpeg({ mozjpeg: true })],
    ['a grey JPEG', () => open().greyscale().jpeg()],
    ['a PNG', () => tagged(open()).png()],
    ['an interlaced PNG', () => open().png({ progressive: true })],
    ['a PNG with alpha', () => clear().png()],
    ['a PNG with a transparent palette', () => clear().png({ palette: true })],
    ['a grey PNG', () => open().greyscale().toColourspace('b-w').png()],
    ['a WebP', () => open().webp()],
    ['a WebP with alpha, profile, EXIF and XMP', () => tagged(clear()).webp()],
    ['a lossless WebP', () => clear().webp({ lossless: true })],
    ['a GIF', () => open().gif()],
  ])('%s', async (_, make) => {
    const original = await (await make()).toBuffer();
    const { data, isKept, width, height } = await renderOne(burden(original), kept);
    expect(isKept).toBe(true);
    expect(data.includes(secret)).toBe(false);
    // A JPEG gets one segment that says what the colours are.
    expect(data.length).toBeLessThanOrEqual(original.length + 18);
    const { exif, xmp, icc, iptc, comments, ...metadata } = await sharp(data).metadata();
    expect({ exif, xmp, icc, iptc, comments }).toEqual({});
    expect({ width, height }).toEqual({ width: metadata.width, height: metadata.height });
    expect((await rawOf(data)).data.equals((await rawOf(original)).data)).toBe(true);
    expect((await renderOne(data, kept)).data.equals(data)).toBe(true);
  });

  it.each(['gif', 'webp'] as const)('a moving %s, with all its frames', async (format) => {
    const original = await (await frames()).toFormat(format, { delay: [100, 200, 300], loop: 3 }).toBuffer();
    const { data, isKept } = await renderOne(burden(original), { ...kept, animated: true });
    expect(isKept).toBe(true);
    expect(data.includes(secret)).toBe(false);
    expect(await sharp(data).metadata()).toMatchObject({ pages: 3, delay: [100, 200, 300], loop: 3 });
    const all = (bytes: Buffer) => sharp(bytes, { animated: true }).raw().toBuffer();
    expect((await all(data)).equals(await all(original))).toBe(true);
  });

  it('a JPEG whose colours Adobe has stored as RGB', async () => {
    const ycc = await open().jpeg({ chromaSubsampling: '4:4:4' }).toBuffer();
    const adobe = Buffer.from('ffee001441646f626500640000000000', 'hex');
    const rgb = Buffer.concat([ycc.subarray(0, 2), adobe, Buffer.from('SECRET'), ycc.subarray(2)]);
    const { data, isKept } = await renderOne(rgb, kept);
    expect(isKept).toBe(true);
    expect(data.includes('SECRET')).toBe(false);
    expect((await rawOf(data)).data.equals((await rawOf(rgb)).data)).toBe(true);
  });

  it('an APNG, as the still that its other renditions show', async () => {
    const png = await open().png().toBuffer();
    const control = chunk('acTL', Buffer.from([0, 0, 0, 2, 0, 0, 0, 0]));
    const moving = Buffer.concat([png.subarray(0, 33), control, png.subarray(33)]);
    const { data } = await renderOne(moving, { ...kept, animated: true });
    expect(data.includes('acTL')).toBe(false);
    expect((await rawOf(data)).data.equals((await rawOf(png)).data)).toBe(true);
  });
});

describe('an original is encoded again', () => {
  it.each<[string, () => Sharp, Partial<ImageSpec>?]>([
    ['unless it is asked for', () => open().jpeg(), { keepOriginal: false }],
    ['where it is too large', () => open().jpeg(), { width: 119 }],
    ['where it is enlarged', () => open().jpeg(), { enlarge: true }],
    ['where it is cut', () => open().jpeg(), { width: 90, height: 90, fit: 'cover' }],
    ['where it gets a frame', () => open().jpeg(), { height: 400, fit: 'contain' }],
    ['for another format', () => open().jpeg(), { format: 'png' }],
    ['as AVIF', () => open().avif({ effort: 0 })],
    ['where it lies on its side', () => open().jpeg().withMetadata({ orientation: 6 })],
    ['where it is upside down', () => open().jpeg().withMetadata({ orientation: 3 })],
    ['in Display P3', () => open().withIccProfile('p3').jpeg()],
    ['in Display P3 that stays', () => open().withIccProfile('p3').jpeg(), { keepProfile: true }],
    ['in CMYK', () => open().toColourspace('cmyk').jpeg()],
    ['with 16 bits', () => open().toColourspace('rgb16').png()],
    ['where something is laid behind it', () => clear().png(), { background: '#ffffff' }],
    ['where its copyright is kept', () => tagged(open()).jpeg(), { keepCopyright: true }],
  ])('%s', async (_, make, more = {}) => {
    const { isKept, data } = await renderOne(await make().toBuffer(), { ...kept, ...more });
    expect([isKept, data.length > 0]).toEqual([undefined, true]);
  });

  it('with only its first frame', async () => {
    const gif = await (await frames()).gif().toBuffer();
    const { isKept, data } = await renderOne(gif, kept);
    expect(isKept).toBeUndefined();
    expect((await sharp(data).metadata()).pages ?? 1).toBe(1);
  });

  it('where a PNG reports other colours', async () => {
    const png = await open().png().toBuffer();
    const gamma = chunk('gAMA', Buffer.from([0, 1, 0x86, 0xa0]));
    const linear = Buffer.concat([png.subarray(0, 33), gamma, png.subarray(33)]);
    expect((await renderOne(linear, kept)).isKept).toBeUndefined();
  });

  it('where it is damaged, with a warning', async () => {
    const jpeg = await open().jpeg().toBuffer();
    jpeg.fill(0x55, jpeg.length - 900, jpeg.length - 600);
    const { isKept, warnings } = await renderOne(jpeg, kept);
    expect([isKept, warnings]).toEqual([undefined, ['media.corrupt']]);
  });
});

describe('what decoders do not agree about is not passed on', () => {
  it('a second picture behind the first of a JPEG', async () => {
    const [first, second] = await Promise.all([open().jpeg().toBuffer(), open().negate().jpeg().toBuffer()]);
    const scan = second.subarray(second.indexOf(Buffer.from([0xff, 0xda])));
    const both = Buffer.concat([first.subarray(0, -2), scan]);
    const { data } = await renderOne(both, kept);
    expect(data.includes(scan.subarray(20, -2))).toBe(false);
  });

  it('a JPEG in arithmetic coding', async () => {
    const jpeg = await open().jpeg().toBuffer();
    jpeg[jpeg.indexOf(Buffer.from([0xff, 0xc0])) + 1] = 0xc9;
    const made = await renderOne(jpeg, kept).catch((thrown: unknown) => thrown);
    expect(made).not.toHaveProperty('isKept', true);
  });

  it('a PNG with a chunk that it cannot be shown without', async () => {
    const png = await open().png().toBuffer();
    const unknown = Buffer.concat([png.subarray(0, 33), chunk('ABCD', Buffer.alloc(4)), png.subarray(33)]);
    const made = await renderOne(unknown, kept).catch((thrown: unknown) => thrown);
    expect(made).not.toHaveProperty('isKept', true);
  });

  it('a PNG whose transparency has a wrong checksum', async () => {
    const png = await clear().png({ palette: true }).toBuffer();
    const at = png.indexOf('tRNS') - 4;
    const length = png.readUInt32BE(at);
    png.writeUInt32BE(crc32(png.subarray(at + 4, at + 8 + length)) >>> 1, at + 8 + length);
    const made = await renderOne(png, kept).catch((thrown: unknown) => thrown);
    expect(made).not.toHaveProperty('isKept', true);
  });

  it('a GIF with a text in it', async () => {
    const gif = await open().gif().toBuffer();
    const text = Buffer.concat([Buffer.from('21010c', 'hex'), Buffer.alloc(12), Buffer.from([1, 65, 0])]);
    const written = Buffer.concat([gif.subarray(0, -1), text, gif.subarray(-1)]);
    expect((await renderOne(written, kept)).isKept).toBeUndefined();
  });

  it.each([1, 9])('a WebP with a late head of %i bytes', async (length) => {
    const webp = Buffer.concat([await open().webp().toBuffer(), riffChunk('VP8X', Buffer.alloc(length))]);
    webp.writeUInt32LE(webp.length - 8, 4);
    const { data } = await renderOne(webp, kept);
    expect(data.includes('VP8X')).toBe(false);
  });
});

it('an original on disk is large or was converted: it is encoded', async () => {
  await using folder = await makeFolder();
  const file = await folder.write('photo.jpg', await open().jpeg().toBuffer());
  expect((await renderOne(file, kept)).isKept).toBeUndefined();
});
