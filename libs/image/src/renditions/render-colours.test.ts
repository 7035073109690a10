import exifr from 'exifr';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import {
  apart,
  makeFolder,
  middlePixel,
  plain,
  render,
  renderOne,
  spec,
  type Rgba,
} from '../fixtures/image.fixture.js';

const folder = await makeFolder();
afterAll(() => folder[Symbol.asyncDispose]());

const color: Rgba = [200, 80, 40];

/** The middle pixel of the rendition of `bytes`, as PNG. */
async function render8Bit(bytes: Uint8Array): Promise<number[]> {
  const { data } = await renderOne(await folder.write('colour', bytes), { width: 8 });
  expect(await sharp(data).metadata()).toMatchObject({ space: 'srgb', depth: 'uchar', hasProfile: false });
  return middlePixel(data);
}

/** The same numbers with 16 bits each, the profile kept. */
const to16Bit = (bytes: Uint8Array) =>
  sharp(bytes, { ignoreIcc: true }).toColourspace('rgb16').keepIccProfile().png().toBuffer();

describe('colours', () => {
  it.each(['p3', 'srgb'])('honours the profile %s, with 8 and 16 bits', async (profile) => {
    const png = await plain(color).withIccProfile(profile).png().toBuffer();
    expect(apart(await render8Bit(png), color)).toBeLessThanOrEqual(2);
    const deep = await to16Bit(png);
    expect(await sharp(deep).metadata()).toMatchObject({ space: 'rgb16', hasProfile: true });
    expect(apart(await render8Bit(deep), color)).toBeLessThanOrEqual(2);
    const jpeg = await plain(color).withIccProfile(profile).jpeg({ quality: 100 }).toBuffer();
    expect(apart(await render8Bit(jpeg), color)).toBeLessThanOrEqual(4);
  });

  it('reads 16 bits without a profile as sRGB', async () => {
    const deep = await to16Bit(await plain(color).png().toBuffer());
    expect(await sharp(deep).metadata()).toMatchObject({ space: 'rgb16', hasProfile: false });
    expect(apart(await render8Bit(deep), color)).toBeLessThanOrEqual(1);
  });

  it('reads 16 bits with alpha', async () => {
    const deep = await to16Bit(await plain([200, 80, 40, 128]).png().toBuffer());
    expect(apart(await render8Bit(deep), [200, 80, 40, 128])).toBeLessThanOrEqual(2);
  });

  it('reads CMYK with a profile and without', async () => {
    // ink changes a colour on the way there, so it comes back near, not equal
    const muted: Rgba = [150, 110, 90];
    const cmyk = plain(muted).toColourspace('cmyk');
    const tagged = await cmyk.clone().withIccProfile('cmyk').jpeg({ quality: 100 }).toBuffer();
    expect(await sharp(tagged).metadata()).toMatchObject({ space: 'cmyk', hasProfile: true });
    expect(apart(await render8Bit(tagged), muted)).toBeLessThanOrEqual(24);
    const untagged = await cmyk.jpeg({ quality: 100 }).toBuffer();
    expect(apart(await render8Bit(untagged), muted)).toBeLessThanOrEqual(24);
  });

  it('reads grey with 8 and 16 bits', async () => {
    const grey = plain([100, 100, 100]);
    expect(
      apart(await render8Bit(await grey.clone().toColourspace('b-w').png().toBuffer()), [100, 100, 100]),
    ).toBeLessThanOrEqual(1);
    expect(
      apart(await render8Bit(await grey.clone().toColourspace('b-w').jpeg().toBuffer()), [100, 100, 100]),
    ).toBeLessThanOrEqual(2);
    expect(
      apart(await render8Bit(await grey.toColourspace('grey16').png().toBuffer()), [100, 100, 100]),
    ).toBeLessThanOrEqual(1);
  });
});

describe('alpha', () => {
  const halfRed: Rgba = [255, 0, 0, 128];
  it('is kept for WebP, PNG and AVIF and flattened on white for JPEG', async () => {
    const file = await folder.write('alpha.png', await plain(halfRed).png({ palette: true }).toBuffer());
    for (const format of ['webp', 'png', 'avif'] as const) {
      expect(
        apart(await middlePixel((await renderOne(file, { format, width: 8 })).data), halfRed),
      ).toBeLessThanOrEqual(8);
    }
    const { data } = await renderOne(file, { format: 'jpeg', width: 8 });
    expect(apart(await middlePixel(data), [255, 127, 127])).toBeLessThanOrEqual(4);
  });

  it('is kept for a transparent GIF and a grey PNG', async () => {
    const gif = await plain([0, 200, 0, 0]).gif().toBuffer();
    expect((await render8Bit(gif))[3]).toBe(0);
    const grey = await plain([50, 50, 50, 128]).toColourspace('b-w').png().toBuffer();
    expect(apart(await render8Bit(grey), [50, 50, 50, 128])).toBeLessThanOrEqual(2);
  });
});

it('strips position, camera, XMP and profile from every format', async () => {
  const bytes = await plain(color, 64, 64)
    .withExif({
      IFD0: { Make: 'Acme' },
      IFD3: {
        GPSLatitudeRef: 'N',
        GPSLatitude: '51/1 30/1 0/1',
        GPSLongitudeRef: 'E',
        GPSLongitude: '7/1 0/1 0/1',
      },
    })
    .withXmp(
      '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/></x:xmpmeta>',
    )
    .withIccProfile('p3')
    .jpeg()
    .toBuffer();
  // oxlint-disable-next-line import/no-named-as-default-member -- a CommonJS module: no named import at run time
  expect(await exifr.gps(bytes)).toMatchObject({ latitude: 51.5, longitude: 7 });

  const formats = ['webp', 'jpeg', 'png', 'avif'] as const;
  const { images } = await render(
    await folder.write('gps.jpg', bytes),
    formats.map((format) => spec(format, { format })),
  );
  expect(images).toHaveLength(formats.length);
  for (const { name, data } of images) {
    const { exif, xmp, iptc, icc } = await sharp(data).metadata();
    expect({ name, exif, xmp, iptc, icc }).toEqual({ name });
    expect(['Exif\0', 'xmpmeta', 'Acme', 'GPS'].filter((text) => data.includes(text))).toEqual([]);
  }
  const jpeg = images.find(({ name }) => name === 'jpeg');
  expect(
    // oxlint-disable-next-line import/no-named-as-default-member -- as above
    await exifr.parse(jpeg?.data ?? '', { tiff: true, gps: true, xmp: true, icc: true, iptc: true }),
  ).toBeUndefined();
});
