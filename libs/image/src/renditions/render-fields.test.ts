import { spawnSync } from 'node:child_process';
import { crc32, deflateSync } from 'node:zlib';
import exifr from 'exifr';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import {
  apart,
  distance,
  makeFolder,
  middlePixel,
  plain,
  photo,
  renderOne,
  type Rgba,
} from '../fixtures/image.fixture.js';

const folder = await makeFolder();
afterAll(() => folder[Symbol.asyncDispose]());

/** Debian's libimage-exiftool-perl; without it only what our own reader and the raw bytes tell is tested. */
const hasExiftool = spawnSync('exiftool', ['-ver']).status === 0;
const formats = ['webp', 'jpeg', 'png', 'avif'] as const;

describe('keepProfile', () => {
  /** A green that sRGB does not have. */
  const green: Rgba = [0, 255, 0];
  const inP3 = async (deep = false) => {
    const { icc } = await sharp(await plain(green).withIccProfile('p3').png().toBuffer()).metadata();
    if (!icc) throw new Error('no profile');
    const image = plain(green, 64, 64);
    return layProfile(await (deep ? image.toColourspace('rgb16') : image).png().toBuffer(), icc);
  };
  /** Puts a profile into a PNG and leaves the numbers of its pixels as they are. */
  function layProfile(png: Buffer, icc: Buffer): Buffer {
    const chunk = Buffer.concat([Buffer.from('iCCPp3\0\0', 'latin1'), deflateSync(icc)]);
    const framed = Buffer.alloc(chunk.length + 8);
    framed.writeUInt32BE(chunk.length - 4, 0);
    framed.set(chunk, 4);
    framed.writeUInt32BE(crc32(chunk), chunk.length + 4);
    const afterHeader = 33;
    return Buffer.concat([png.subarray(0, afterHeader), framed, png.subarray(afterHeader)]);
  }

  it.each(formats)('keeps Display P3 in a %s: profile and numbers', async (format) => {
    const bytes = await inP3();
    const original = await sharp(bytes).metadata();
    expect(original.hasProfile).toBe(true);
    const { data } = await renderOne(await folder.write('p3.png', bytes), {
      format,
      width: 32,
      keepProfile: true,
      quality: 95,
    });
    const { icc, exif, xmp } = await sharp(data).metadata();
    expect(icc).toEqual(original.icc);
    expect([exif, xmp]).toEqual([undefined, undefined]);
    expect(apart(await middlePixel(sharp(data, { ignoreIcc: true })), green)).toBeLessThanOrEqual(4);
  });

  it('keeps it of a picture with 16 bits, cropped, marked and over a background', async () => {
    const file = await folder.write('p3.png', await inP3(true));
    const more = {
      fit: 'cover',
      height: 16,
      watermark: undefined,
      background: '#000000',
      sharpen: 1,
    } as const;
    const { data } = await renderOne(file, { width: 32, keepProfile: true, ...more });
    expect(await sharp(data).metadata()).toMatchObject({
      hasProfile: true,
      depth: 'uchar',
      width: 32,
      height: 16,
    });
    expect(apart(await middlePixel(sharp(data, { ignoreIcc: true })), green)).toBeLessThanOrEqual(4);
  });

  it('turns it into sRGB unless told to keep it', async () => {
    const file = await folder.write('p3.png', await inP3());
    const { data } = await renderOne(file, { width: 32 });
    expect((await sharp(data).metadata()).hasProfile).toBe(false);
    // Out of the gamut of sRGB: red and blue are at their least, green at its most.
    expect(apart(await middlePixel(data), green)).toBeLessThanOrEqual(2);
    const muted = await plain([150, 110, 90], 32, 32).withIccProfile('p3').png().toBuffer();
    const { data: srgb } = await renderOne(await folder.write('muted.png', muted), { width: 32 });
    expect(apart(await middlePixel(srgb), [150, 110, 90])).toBeLessThanOrEqual(2);
  });

  it.each(['srgb', 'cmyk'])('turns %s into sRGB without a profile all the same', async (profile) => {
    const image = plain([150, 110, 90], 32, 32);
    const bytes = await (profile === 'cmyk' ? image.toColourspace('cmyk') : image)
      .withIccProfile(profile)
      .jpeg()
      .toBuffer();
    const { data } = await renderOne(await folder.write('other.jpg', bytes), {
      width: 32,
      keepProfile: true,
    });
    expect((await sharp(data).metadata()).hasProfile).toBe(false);
    expect(apart(await middlePixel(data), [150, 110, 90])).toBeLessThanOrEqual(24);
  });
});

describe.skipIf(!hasExiftool)('keepCopyright', () => {
  const place = {
    GPSLatitudeRef: 'N',
    GPSLatitude: '51/1 30/1 0/1',
    GPSLongitudeRef: 'E',
    GPSLongitude: '7/1 0/1 0/1',
  };
  const xmp = (inner: string) =>
    `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:exif="http://ns.adobe.com/exif/1.0/" exif:GPSLatitude="51,30N" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" photoshop:City="Secretville">${inner}</rdf:Description></rdf:RDF></x:xmpmeta>`;
  const credited = () =>
    plain([90, 120, 200], 64, 64).withExif({
      IFD0: {
        Make: 'Acme',
        Artist: 'Ann Example',
        Copyright: '(c) 2026 Ann',
        ImageDescription: 'Secretville',
      },
      IFD3: place,
    });
  /** All tags of a file but those about the file, as the exiftool of another project reads them. */
  const tagsOf = async (name: string, data: Uint8Array): Promise<Record<string, unknown>> => {
    const file = await folder.write(name, data);
    const { status, stdout } = spawnSync('exiftool', ['-json', '-G1', '-a', '-u', file]);
    expect(status).toBe(0);
    const [tags] = JSON.parse(String(stdout)) as Record<string, unknown>[];
    return Object.fromEntries(
      Object.entries(tags ?? {}).filter(
        ([tag]) => !/^(SourceFile|System:|File:|ExifTool:|Composite:)/.test(tag),
      ),
    );
  };
  const secrets = ['Acme', 'Secretville', '51,30N', 'GPS'];

  describe.each(formats)('in a %s', (format) => {
    it('keeps artist and notice and nothing else', async () => {
      const bytes = await credited().withXmp(xmp('')).jpeg().toBuffer();
      expect(secrets.every((secret) => bytes.includes(secret) || secret === 'GPS')).toBe(true);
      // oxlint-disable-next-line import/no-named-as-default-member -- a CommonJS module: no named import at run time
      expect(await exifr.gps(bytes)).toMatchObject({ latitude: 51.5 });
      const { data } = await renderOne(await folder.write('c.jpg', bytes), { format, keepCopyright: true });
      const tags = await tagsOf(`kept.${format}`, data);
      const named = (name: string) => Object.entries(tags).find(([tag]) => tag.endsWith(`:${name}`))?.[1];
      expect(named('Artist')).toBe('Ann Example');
      expect(named('Copyright')).toBe('(c) 2026 Ann');
      expect(named('Creator')).toBe('Ann Example');
      expect(named('Rights')).toBe('(c) 2026 Ann');
      expect(
        secrets.filter((secret) => data.includes(secret) || JSON.stringify(tags).includes(secret)),
      ).toEqual([]);
      const exifTags = Object.keys(tags).filter(
        (tag) =>
          /^(IFD|Exif|GPS|XMP)/.test(tag) &&
          !/XMP-x:|Orientation|Resolution|Version|YCbCr|Components|ColorSpace|ImageWidth|ImageHeight|ExifImage/.test(
            tag,
          ),
      );
      expect(exifTags.toSorted()).toEqual([
        'IFD0:Artist',
        'IFD0:Copyright',
        'XMP-dc:Creator',
        'XMP-dc:Rights',
      ]);
    });

    it('keeps nothing unless told to', async () => {
      const bytes = await credited().withXmp(xmp('')).jpeg().toBuffer();
      const { data } = await renderOne(await folder.write('c.jpg', bytes), { format });
      const tags = await tagsOf(`bare.${format}`, data);
      expect(Object.keys(tags).filter((tag) => /^(IFD|Exif|GPS|XMP|IPTC|Photoshop|ICC)/.test(tag))).toEqual(
        [],
      );
      expect([...secrets, 'Ann'].filter((secret) => data.includes(secret))).toEqual([]);
    });
  });

  it('takes XMP before EXIF, and letters that EXIF does not have', async () => {
    const names =
      '<dc:creator><rdf:Seq><rdf:li>Анна &amp; Zoë</rdf:li><rdf:li>Bo</rdf:li></rdf:Seq></dc:creator>';
    const bytes = await credited().withXmp(xmp(names)).jpeg().toBuffer();
    const { data } = await renderOne(await folder.write('c.jpg', bytes), {
      format: 'jpeg',
      keepCopyright: true,
    });
    const tags = await tagsOf('x.jpeg', data);
    expect(tags['XMP-dc:Creator']).toBe('Анна & Zoë, Bo');
    expect(tags['XMP-dc:Rights']).toBe('(c) 2026 Ann');
  });

  it('reads the tags of a TIFF', async () => {
    const file = await folder.write('credits.tiff', await plain([9, 9, 9], 64, 64).tiff().toBuffer());
    spawnSync('exiftool', [
      '-overwrite_original',
      '-IFD0:Artist=Ann',
      '-IFD0:Copyright=(c) Ann',
      '-IFD0:Make=Acme',
      file,
    ]);
    const { data } = await renderOne(file, { format: 'webp', keepCopyright: true });
    expect(await tagsOf('tiff.webp', data)).toMatchObject({
      'XMP-dc:Creator': 'Ann',
      'XMP-dc:Rights': '(c) Ann',
    });
    expect(data.includes('Acme')).toBe(false);
  });

  it('reads IPTC', async () => {
    const file = await folder.write('iptc.jpg', await plain([9, 9, 9], 64, 64).jpeg().toBuffer());
    spawnSync('exiftool', [
      '-overwrite_original',
      '-IPTC:By-line=Ann',
      '-IPTC:CopyrightNotice=© Ann',
      '-IPTC:City=Secretville',
      file,
    ]);
    const { data } = await renderOne(file, { format: 'webp', keepCopyright: true });
    expect(await tagsOf('iptc.webp', data)).toMatchObject({
      'XMP-dc:Creator': 'Ann',
      'XMP-dc:Rights': '© Ann',
    });
    expect(data.includes('Secretville')).toBe(false);
  });

  it.each(['</rdf:li>', '<script>', `${'a'.repeat(100_000)}`, '\u0000\u0001', '"]]>&amp;'])(
    'is not led astray by the name %j',
    async (Artist) => {
      const bytes = await plain([9, 9, 9], 64, 64)
        .withExif({ IFD0: { Artist: Artist.slice(0, 30_000) } })
        .jpeg()
        .toBuffer();
      const { data } = await renderOne(await folder.write('odd.jpg', bytes), {
        format: 'jpeg',
        keepCopyright: true,
      });
      expect(data.length).toBeLessThan(5_000);
      expect((await tagsOf('odd.jpeg', data))['XMP-dc:Creator'] ?? '').not.toMatch(/\p{Cc}/u);
    },
  );
});

describe('format keep', () => {
  it.each([
    ['jpeg', 'image/jpeg'],
    ['png', 'image/png'],
    ['webp', 'image/webp'],
    ['gif', 'image/gif'],
    ['avif', 'image/avif'],
    ['tiff', 'image/webp'],
  ] as const)('makes of a %s a %s', async (format, mimeType) => {
    const file = await folder.write('k', await plain([200, 80, 40]).toFormat(format).toBuffer());
    const image = await renderOne(file, { format: 'keep', width: 8 });
    expect(image.mimeType).toBe(mimeType);
    expect(apart(await middlePixel(image.data), [200, 80, 40])).toBeLessThanOrEqual(10);
  });

  it('is that of the upload where the file was made from it', async () => {
    const file = await folder.write('opened', await plain([1, 2, 3]).png().toBuffer());
    expect((await renderOne(file, { format: 'keep' }, { format: 'heic' })).mimeType).toBe('image/webp');
    expect((await renderOne(file, { format: 'keep' }, { format: 'constructor' })).mimeType).toBe(
      'image/webp',
    );
  });

  it.each([0, 10])('takes effort %i as far as the format goes', async (effort) => {
    for (const format of ['png', 'webp', 'gif'] as const) {
      const file = await folder.write('k', await plain([1, 2, 3]).toFormat(format).toBuffer());
      expect((await renderOne(file, { format: 'keep', effort })).mimeType).toBe(`image/${format}`);
    }
  });
});

describe('background', () => {
  it('is laid under a picture and round it', async () => {
    const file = await folder.write('b.png', await plain([255, 0, 0, 128], 40, 20).png().toBuffer());
    for (const format of formats) {
      const more = {
        width: 40,
        height: 40,
        fit: 'contain',
        background: '#0000ff',
        quality: 100,
        format,
      } as const;
      const { data } = await renderOne(file, more);
      const { hasAlpha } = await sharp(data).metadata();
      expect(hasAlpha).toBe(false);
      expect(apart(await middlePixel(data), [128, 0, 127])).toBeLessThanOrEqual(6);
      const edge = sharp(data).extract({ left: 0, top: 0, width: 40, height: 6 });
      expect(apart(await middlePixel(edge), [0, 0, 255])).toBeLessThanOrEqual(6);
    }
  });

  it('may be half transparent where the format has alpha', async () => {
    const file = await folder.write('b.png', await plain([255, 0, 0], 40, 20).png().toBuffer());
    const more = { width: 40, height: 40, fit: 'contain', background: '#0000ff80' } as const;
    const { data } = await renderOne(file, more);
    const edge = sharp(data).extract({ left: 0, top: 0, width: 40, height: 6 });
    expect(await middlePixel(edge)).toEqual([0, 0, 255, 128]);
    const jpeg = await renderOne(file, { ...more, format: 'jpeg', quality: 100 });
    expect(
      apart(
        await middlePixel(sharp(jpeg.data).extract({ left: 0, top: 0, width: 40, height: 6 })),
        [0, 0, 255],
      ),
    ).toBeLessThanOrEqual(6);
  });
});

it('sharpens as sharp does, and only when told to', async () => {
  const bytes = await (await photo(600, 400)).png().toBuffer();
  const file = await folder.write('s.png', bytes);
  const soft = await renderOne(file, { width: 200 });
  const sharpened = await renderOne(file, { width: 200, sharpen: 1 });
  const reference = await sharp(bytes).removeAlpha().resize(200).sharpen({ sigma: 1 }).png().toBuffer();
  expect(await distance(sharp(sharpened.data).removeAlpha(), reference)).toBeLessThan(2);
  expect(await distance(sharpened.data, soft.data)).toBeGreaterThan(3);
});
