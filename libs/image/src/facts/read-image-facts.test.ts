import sharp, { type Sharp } from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { limits, makeFolder, plain } from '../fixtures/image.fixture.js';
import { readImageFacts } from './read-image-facts.js';

const folder = await makeFolder();
afterAll(() => folder[Symbol.asyncDispose]());

const factsOf = async (image: Sharp) =>
  readImageFacts(await folder.write('facts', await image.toBuffer()), limits);
const picture = () => plain([200, 80, 40], 40, 30);

it.each([
  ['jpeg', 'image/jpeg', picture().jpeg()],
  ['png', 'image/png', picture().png()],
  ['webp', 'image/webp', picture().webp()],
  ['gif', 'image/gif', picture().gif()],
  ['tiff', 'image/tiff', picture().tiff()],
  ['avif', 'image/avif', picture().avif({ effort: 0 })],
])('names %s', async (format, mimeType, image) => {
  const facts = await factsOf(image);
  expect(facts).toMatchObject({ format, mimeType, width: 40, height: 30, orientation: 1, frames: 1 });
  expect(facts).toMatchObject({ camera: null, takenAt: null });
});

it('tells of a PNG with one pixel', async () => {
  expect(await factsOf(plain([1, 2, 3, 4], 1, 1).png())).toEqual({
    format: 'png',
    mimeType: 'image/png',
    width: 1,
    height: 1,
    orientation: 1,
    colourSpace: 'srgb',
    colourProfile: null,
    hasAlpha: true,
    frames: 1,
    durationMs: null,
    takenAt: null,
    camera: null,
    exposure: null,
    location: null,
    title: null,
    description: null,
    keywords: [],
    copyright: null,
    artist: null,
    raw: {},
  });
});

it('tells how the file holds its colours', async () => {
  expect(await factsOf(picture().toColourspace('cmyk').jpeg())).toMatchObject({ colourSpace: 'cmyk' });
  expect(await factsOf(picture().toColourspace('b-w').png())).toMatchObject({ colourSpace: 'b-w' });
  expect(await factsOf(picture().toColourspace('rgb16').png())).toMatchObject({ colourSpace: 'rgb16' });
});

it('names the colour profile', async () => {
  expect(await factsOf(picture().withIccProfile('p3').jpeg())).toMatchObject({ colourProfile: 'sP3C' });
  expect(await factsOf(picture().withIccProfile('srgb').png())).toMatchObject({ colourProfile: 'sRGB' });
});

it('counts the frames of an animation, and how long they take', async () => {
  const raw = Buffer.concat([1, 90, 200].map((grey) => Buffer.alloc(8 * 8 * 3, grey)));
  const animation = sharp(raw, { raw: { width: 8, height: 24, channels: 3, pageHeight: 8 } });
  const delay = [100, 200, 50];
  const wanted = { frames: 3, width: 8, height: 8, durationMs: 350 };
  expect(await factsOf(animation.clone().gif({ delay }))).toMatchObject(wanted);
  expect(await factsOf(animation.webp({ delay }))).toMatchObject(wanted);
});

describe('EXIF', () => {
  it('tells camera and time, with the offset when there is one', async () => {
    const exif = {
      IFD0: { Make: 'Acme ', Model: 'One' },
      IFD2: { LensModel: '50mm', DateTimeOriginal: '2024:05:06 07:08:09', OffsetTimeOriginal: '+08:00' },
    };
    for (const image of [picture().withExif(exif).jpeg(), picture().withExif(exif).webp()]) {
      expect(await factsOf(image)).toMatchObject({
        camera: { make: 'Acme', model: 'One', lens: '50mm' },
        takenAt: '2024-05-06T07:08:09+08:00',
      });
    }
    const local = picture()
      .withExif({ IFD2: { DateTimeOriginal: '2024:05:06 07:08:09' } })
      .jpeg();
    expect(await factsOf(local)).toMatchObject({ camera: null, takenAt: '2024-05-06T07:08:09' });
  });

  it.each([
    '0000:00:00 00:00:00',
    '    :  :     :  :  ',
    '2024:02:31 07:08:09',
    '2024:05:06 25:00:00',
    'yesterday',
  ])('knows no time %s', async (time) => {
    const image = picture().withExif({ IFD2: { DateTimeOriginal: time } });
    expect(await factsOf(image.jpeg())).toMatchObject({ takenAt: null });
  });

  it('takes no notice of an offset that is none', async () => {
    const exif = { IFD2: { DateTimeOriginal: '2024:05:06 07:08:09', OffsetTimeOriginal: 'Berlin' } };
    expect(await factsOf(picture().withExif(exif).jpeg())).toMatchObject({ takenAt: '2024-05-06T07:08:09' });
  });

  it('that is broken leaves the other facts', async () => {
    const whole = await picture()
      .withExif({ IFD0: { Make: 'Acme' } })
      .jpeg()
      .toBuffer();
    const start = whole.indexOf('Exif\0\0') + 6;
    for (let at = start; at < start + 60; at++) {
      const broken = Buffer.from(whole);
      broken.fill(0xff, at, at + 4);
      const facts = await readImageFacts(await folder.write('broken.jpg', broken), limits);
      expect(facts).toMatchObject({ format: 'jpeg', width: 40, height: 30 });
    }
  });
});
