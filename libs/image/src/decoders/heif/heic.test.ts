import { dirname } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  apart,
  distance,
  limits,
  makeFolder,
  middlePixel,
  never,
  photo,
  plain,
  quarters,
  renderOne,
  spec,
} from '../../fixtures/image.fixture.js';
import { box, heic, heicOfOneTile } from './heic.fixture.js';
import { openImageFile } from '../../input/open-image.js';
import { readImageFacts } from '../../facts/read-image-facts.js';
import { renderImages } from '../../renditions/render-images.js';
import { writePng } from '../containers/write-png.js';

const folder = await makeFolder();
let picture: Buffer;
beforeAll(async () => {
  // soft, so that the coding's own loss stays far below what a wrong turn or colour would cost
  picture = await (await photo(256, 128)).blur(3).png().toBuffer();
});
afterAll(() => folder[Symbol.asyncDispose]());

async function renderHeic(bytes: Buffer) {
  const file = await folder.write('phone.heic', bytes);
  const opened = await openImageFile(file, dirname(file), limits, never);
  expect(opened).toMatchObject({ format: 'heic', mimeType: 'image/heic' });
  let made: Buffer = Buffer.alloc(0);
  const specs = [spec('one', { width: 4096 })];
  await renderImages({
    file: opened.file,
    specs,
    limits,
    signal: never,
    onRendition: async ({ data }) => {
      made = data;
    },
  });
  const metadata = await sharp(opened.file).metadata();
  return { made, metadata, facts: await readImageFacts(opened.file, limits) };
}

describe('HEIC', () => {
  it('looks as what went in', async () => {
    const { made, facts } = await renderHeic(await heic(sharp(picture)));
    expect(facts).toMatchObject({ width: 256, height: 128, orientation: 1 });
    expect(await distance(made, sharp(picture).removeAlpha())).toBeLessThan(3);
  });

  it('is put together from its tiles', async () => {
    const { made } = await renderHeic(await heic(sharp(picture), { tilesPerSide: 2 }));
    expect(await distance(made, sharp(picture).removeAlpha())).toBeLessThan(3);
  });

  it('of ten bits looks the same', async () => {
    const { made } = await renderHeic(await heic(sharp(picture), { bits: 10 }));
    expect(await distance(made, sharp(picture).removeAlpha())).toBeLessThan(3);
  });

  it.each([0, 1, 2, 3] as const)('is turned %i times and mirrored as it says, once', async (turns) => {
    const corners = [
      [200, 30, 30],
      [30, 200, 30],
      [30, 30, 200],
      [220, 220, 60],
    ] as const;
    const upright = await quarters(corners, 256, 128).png().toBuffer();
    for (const mirrored of [false, true]) {
      // The EXIF orientation of a phone says the same again; a reader that honours both turns twice.
      const exif = Buffer.from('49492a000800000001001201030001000000060000000000000000', 'hex');
      const { made, facts } = await renderHeic(await heic(sharp(upright), { turns, mirrored, exif }));
      const turned = await sharp(upright)
        .rotate(-90 * turns)
        .png()
        .toBuffer();
      const wanted = mirrored ? sharp(turned).flop() : sharp(turned);
      expect(await distance(made, wanted.removeAlpha())).toBeLessThan(8);
      expect(facts.orientation).toBe(1);
    }
  });

  it('tells when and with what it was taken, in EXIF and XMP', async () => {
    const tagged = await sharp(picture)
      .withExif({
        IFD0: { Make: 'Acme', Model: 'Phone 1' },
        IFD2: { DateTimeOriginal: '2026:01:15 08:30:00' },
      })
      .jpeg()
      .toBuffer();
    const { exif = Buffer.alloc(0) } = await sharp(tagged).metadata();
    const xmp =
      '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">' +
      '<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" dc:source="a scan"/></rdf:RDF></x:xmpmeta>';
    const { facts, metadata } = await renderHeic(await heic(sharp(picture), { exif: exif.subarray(6), xmp }));
    expect(facts).toMatchObject({
      camera: { make: 'Acme', model: 'Phone 1' },
      takenAt: expect.stringContaining('2026-01-15T08:30:00'),
    });
    expect(metadata.xmpAsString).toBe(xmp);
  });

  it('in Display P3 has the colours of the same pixels as a PNG in Display P3', async () => {
    const color = [200, 80, 60] as const;
    const tagged = await plain(color, 128, 128).withIccProfile('p3', { attach: true }).png().toBuffer();
    const { icc = Buffer.alloc(0) } = await sharp(tagged).metadata();
    const png = await folder.write('p3.png', Buffer.alloc(0));
    const data = await plain(color, 128, 128).raw().toBuffer();
    await writePng(png, { width: 128, height: 128, channels: 3, rowBytes: 384, data, icc });
    const { data: wanted } = await renderOne(png);
    const { made } = await renderHeic(await heic(plain(color, 128, 128), { icc }));
    expect(await distance(made, wanted)).toBeLessThan(3);
    expect(apart(await middlePixel(wanted), color)).toBeGreaterThan(10);
  });

  it('that says so by codes alone has them too', async () => {
    const { made } = await renderHeic(await heic(plain([202, 53, 44], 128, 128), { nclx: [12, 13, 6] }));
    expect(apart(await middlePixel(made), [220, 30, 30])).toBeLessThan(12);
  });

  it.each(['', ':vbv-maxrate=9000:vbv-bufsize=9000', ':bframes=3:scaling-list=default', ':sar=1'])(
    'whose coded picture alone says so has them too (%s)',
    async (more) => {
      const coder = `colorprim=smpte432:transfer=iec61966-2-1${more}`;
      const { made } = await renderHeic(await heic(plain([202, 53, 44], 128, 128), { coder }));
      expect(apart(await middlePixel(made), [220, 30, 30])).toBeLessThan(12);
    },
  );
});

describe('refused', () => {
  const codeOf = async (name: string, bytes: Buffer, within = limits) => {
    const file = await folder.write(name, bytes);
    return openImageFile(file, dirname(file), within, never).then(
      () => 'opened',
      (thrown: unknown) => (thrown as { code: unknown }).code,
    );
  };

  it('is HEIC that is truncated at any tenth', async () => {
    const whole = await heic(sharp(picture), { tilesPerSide: 2 });
    for (let tenth = 1; tenth < 10; tenth++) {
      const part = whole.subarray(0, Math.floor((whole.length * tenth) / 10));
      expect(await codeOf('part.heic', part)).toBe('media.damaged');
    }
  });

  it('is HEIC with more pixels than allowed, before it is decoded', async () => {
    const whole = await heic(sharp(picture));
    expect(await codeOf('large.heic', whole, { ...limits, maxPixels: 256 * 128 - 1 })).toBe(
      'media.too_many_pixels',
    );
    const sizes = Buffer.from(whole);
    for (let at = sizes.indexOf('ispe'); at > 0; at = sizes.indexOf('ispe', at + 1)) {
      sizes.fill('0000ffff0000ffff', at + 8, at + 16, 'hex');
    }
    expect(await codeOf('bomb.heic', sizes)).toBe('media.too_many_pixels');
  });

  it('is HEIC that takes more memory than a decoder has, and one of 38 megapixels does not', async () => {
    const within = { ...limits, maxPixels: 200_000_000 };
    expect(await codeOf('vast.heic', await heicOfOneTile(1024, 12), within)).toBe('media.too_complex');
    expect(await codeOf('large.heic', await heicOfOneTile(1024, 6), within)).toBe('opened');
  });

  it('is HEIF with a coding nobody has', async () => {
    const whole = await heic(sharp(picture));
    const other = Buffer.from(
      whole.toString('latin1').replaceAll('hvc1', 'vvc1').replaceAll('hvcC', 'vvcC'),
      'latin1',
    );
    expect(await codeOf('odd.heic', other)).toBeOneOf(['media.unsupported', 'media.damaged']);
    expect(await codeOf('empty.heic', box('ftyp', 'heic', '\0\0\0\0', 'mif1heic'))).toBe('media.damaged');
  });

  it('is no reason for sharp to read it by itself', async () => {
    const file = await folder.write('phone.heic', await heic(sharp(picture)));
    await expect(readImageFacts(file, limits)).rejects.toHaveProperty('code', 'media.unsupported');
  });
});
