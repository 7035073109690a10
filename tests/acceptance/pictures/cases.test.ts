import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { describe, expect, inject, test } from 'vitest';
import { apart, colourAt, renditionOf, useHouse } from '../fixtures/cases.fixture.js';
import { png, turnedPhoto } from '../fixtures/files.fixture.js';

/** Pictures that came out wrong once, with their right values. */
const run = promisify(execFile);

const pipelines = `
version: 1
pipelines:
  - name: pictures
    match: { kind: image }
    renditions:
      - { name: thumb, kind: image, width: 300, format: png }
      - { name: large, kind: image, width: 400, format: png }
      - { name: other, kind: image, width: 400, format: jpeg }
      - { name: bright, kind: image, width: 160, format: avif, hdr: keep }
`;
const { land, pathOf } = useHouse(pipelines);

test('two thumbnails of the same size are one object', async () => {
  const small = await land('small.png', await png(200, 100));
  const [thumb, large, other] = ['thumb', 'large', 'other'].map((name) => renditionOf(small, name));
  expect(large).toMatchObject({ status: 'ready', width: 200, height: 100, objectKey: thumb?.objectKey });
  expect(other?.objectKey).not.toBe(thumb?.objectKey);
  const wide = await land('wide.png', await png(800, 100));
  expect(renditionOf(wide, 'large').objectKey).not.toBe(renditionOf(wide, 'thumb').objectKey);
});

describe('a still in HDR', () => {
  /** The first frame of an HDR video, as a picture of ten bits. */
  async function stillOf(transfer: string): Promise<Buffer> {
    const file = pathOf(`${transfer}.avif`);
    const video = new URL('../fixtures/cases/v12-pq-none.mp4', import.meta.url).pathname;
    const still = ['-i', video, '-frames:v', '1', '-c:v', 'libaom-av1', '-still-picture', '1'];
    const deep = ['-cpu-used', '6', '-crf', '10', '-pix_fmt', 'yuv420p10le', '-color_trc', transfer];
    await run(inject('services').ffmpegPath, ['-v', 'error', '-y', ...still, ...deep, file]);
    return readFile(file);
  }

  test.each([
    ['smpte2084', 16],
    ['arib-std-b67', 18],
  ])('%s stays as it is on request, and is SDR otherwise', async (transfer, code) => {
    const original = await stillOf(transfer);
    const upload = await land(`${transfer}.avif`, original);
    expect(upload).toMatchObject({ status: 'ready' });
    const kept = Buffer.from(await (await fetch(renditionOf(upload, 'bright').url ?? '')).arrayBuffer());
    const at = kept.indexOf('colrnclx') + 8;
    expect([kept.readUInt16BE(at), kept.readUInt16BE(at + 2)]).toEqual([9, code]);
    expect(await sharp(kept).metadata()).toMatchObject({ width: 160, height: 90, bitsPerSample: 10 });
    const samples = async (image: Buffer, x: number, y: number) => {
      const raw = sharp(image).toColourspace('rgb16').raw({ depth: 'ushort' });
      const { data, info } = await raw.toBuffer({ resolveWithObject: true });
      const first =
        2 * info.channels * (Math.floor(y * info.height) * info.width + Math.floor(x * info.width));
      return [0, 1, 2].map((channel) => data.readUInt16LE(first + 2 * channel) >> 6);
    };
    for (const x of [0.1, 0.3, 0.5, 0.7, 0.9])
      expect(apart(await samples(kept, x, 0.5), await samples(original, x, 0.5))).toBeLessThanOrEqual(16);

    // The same file as `again` is read as what it says.
    const white = await colourAt(upload, 'thumb', 0.95, 0.5);
    expect(Math.min(...white)).toBeGreaterThanOrEqual(235);
  });
});

describe('colours that are told without a profile', () => {
  // Of samples that count light itself, the darkest steps of 8 bits are eight apart in sRGB.
  test.each([
    ['i02-gama1.png', 9],
    ['i50-p3-nclx.avif', 5],
    ['i50-srgb-nclx.avif', 5],
  ])('%s', async (name, by) => {
    const upload = await land(name);
    expect(upload).toMatchObject({ status: 'ready' });
    expect(apart(await colourAt(upload, 'thumb', 0.15, 0.5), [220, 30, 30])).toBeLessThanOrEqual(by);
  });
});

test('grey of 16 bits with a profile is as grey as that of 8', async () => {
  const [wide, narrow] = [await land('i51-grey16-icc.png'), await land('i51-grey8-icc.png')];
  for (const [x, grey] of [
    [0.15, 56],
    [0.85, 119],
  ] as const) {
    expect(apart(await colourAt(narrow, 'thumb', x, 0.5), [grey, grey, grey])).toBeLessThanOrEqual(2);
    expect(apart(await colourAt(wide, 'thumb', x, 0.5), [grey, grey, grey])).toBeLessThanOrEqual(2);
  }
});

test('of an AVIF image sequence the first frame is shown', async () => {
  const file = pathOf('sequence.avif');
  const red = ['-f', 'lavfi', '-i', 'color=red:s=128x96:d=0.5:r=10'];
  const encode = ['-pix_fmt', 'yuv420p', '-c:v', 'libaom-av1', '-cpu-used', '8'];
  await run(inject('services').ffmpegPath, ['-v', 'error', ...red, ...encode, file]);
  const bytes = await readFile(file);
  expect(bytes.toString('latin1', 8, 12)).toBe('avis');
  const upload = await land('sequence.avif', bytes);
  expect(upload).toMatchObject({ status: 'ready', mimeType: 'image/avif' });
  expect(apart(await colourAt(upload, 'thumb', 0.5, 0.5), [255, 0, 0])).toBeLessThanOrEqual(4);
});

test.each(['avci', 'jpeg', 'j2ki', 'mif3'])(
  'a HEIF of the brand %s is not supported, and not damaged',
  async (brand) => {
    const file = Buffer.concat([
      Buffer.from(`\0\0\0\x18ftyp${brand}\0\0\0\0mif1${brand}`, 'latin1'),
      Buffer.alloc(500),
    ]);
    expect(await land(`${brand}.heif`, file)).toMatchObject({
      status: 'failed',
      error: { code: 'media.unsupported' },
    });
  },
);

describe('a JPEG without the mark of its end', () => {
  const noisy = (progressive: boolean) =>
    sharp({
      create: {
        width: 200,
        height: 150,
        channels: 3,
        background: 'black',
        noise: { type: 'gaussian', mean: 128, sigma: 40 },
      },
    })
      .jpeg({ progressive })
      .toBuffer();

  test('is ready when all its pixels are there', async () => {
    const upload = await land('i10-no-eoi.jpg');
    expect(upload).toMatchObject({ status: 'ready', warnings: [] });
    expect(apart(await colourAt(upload, 'thumb', 0.85, 0.97), [40, 60, 220])).toBeLessThanOrEqual(4);
    for (const progressive of [true, false]) {
      const whole = await noisy(progressive);
      expect(await land(`open-${progressive}.jpg`, whole.subarray(0, -2))).toMatchObject({ status: 'ready' });
    }
  });

  test.each([1, 20, 1_000])('is said to be cut when it lacks %s bytes of them', async (lacking) => {
    for (const progressive of [true, false]) {
      const whole = await noisy(progressive);
      expect(await land(`cut-${progressive}.jpg`, whole.subarray(0, -2 - lacking))).toMatchObject({
        status: 'ready',
        warnings: ['media.truncated'],
      });
    }
  });
});

describe('samples of a TIFF', () => {
  test('of colours and two more the colours are shown', async () => {
    const upload = await land('i52-5bands.tif');
    expect(upload).toMatchObject({ status: 'ready' });
    expect(apart(await colourAt(upload, 'thumb', 0.15, 0.5), [220, 30, 30])).toBeLessThanOrEqual(4);
    expect(apart(await colourAt(upload, 'thumb', 0.85, 0.2), [30, 180, 40])).toBeLessThanOrEqual(4);
    expect(apart(await colourAt(upload, 'thumb', 0.85, 0.8), [40, 60, 220])).toBeLessThanOrEqual(4);
  });

  test('grey from 0 to 1 is not black', async () => {
    const upload = await land('i52-float-grey01.tif');
    expect(upload).toMatchObject({ status: 'ready' });
    expect(apart(await colourAt(upload, 'thumb', 0.15, 0.5), [51, 51, 51])).toBeLessThanOrEqual(4);
    expect(apart(await colourAt(upload, 'thumb', 0.85, 0.5), [204, 204, 204])).toBeLessThanOrEqual(4);
  });

  test('in a compression that nobody here reads are not supported, and not damaged', async () => {
    const plain = { create: { width: 128, height: 128, channels: 3 as const, background: '#dc1e1e' } };
    for (const tile of [true, false]) {
      const bytes = await sharp(plain).tiff({ compression: 'none', tile }).toBuffer();
      const directory = bytes.readUInt32LE(4);
      for (let at = directory + 2; at < directory + 2 + 12 * bytes.readUInt16LE(directory); at += 12)
        if (bytes.readUInt16LE(at) === 259) bytes.writeUInt16LE(34_712, at + 8);
      expect(await land(`j2k-${tile}.tif`, bytes)).toMatchObject({
        status: 'failed',
        error: { code: 'media.unsupported' },
      });
    }
  });

  test('that end before the last tile are damaged', async () => {
    expect(await land('i41-cog-cut.tif')).toMatchObject({
      status: 'failed',
      error: { code: 'media.damaged' },
    });
  });
});

test.each(['utf-8', 'UTF-8', 'binary', 'none', 'aws-chunked', 'Identity', 'identity, utf-8'])(
  'a Content-Encoding of %s encodes nothing',
  async (encoding) => {
    const upload = await land(`${encoding}.png`, await png(40, 30), { 'Content-Encoding': encoding });
    expect(upload).toMatchObject({ status: 'ready' });
  },
);

test('a picture that calls itself a text is read as it is stored', async () => {
  const upload = await land('photo-as-text.jpg', await turnedPhoto(400, 300), {
    'Content-Type': 'text/plain',
  });
  expect(upload).toMatchObject({ status: 'ready' });
});

test.each(['gzip', 'br', 'deflate', 'utf-8, gzip', 'X-GZIP'])(
  'a Content-Encoding of %s is refused',
  async (encoding) => {
    const upload = await land(`${encoding}.png`, await png(40, 30), { 'Content-Encoding': encoding });
    expect(upload).toMatchObject({ status: 'failed', error: { code: 'object.encoded' } });
  },
);
