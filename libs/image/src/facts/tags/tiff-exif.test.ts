import { execFile, execFileSync } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { limits, makeFolder, plain, renderOne } from '../../fixtures/image.fixture.js';
import { type Entry, exifBlock, xmpPacket } from './metadata.fixture.js';
import { readExifTags } from './exif-tags.js';
import { readImageFacts } from '../read-image-facts.js';
import { gatherTiffExif } from './tiff-exif.js';

const folder = await makeFolder();
afterAll(() => folder[Symbol.asyncDispose]());

const place = { latitude: -33.8567, longitude: 151.21, altitudeM: null, directionDeg: null };
const facts = {
  camera: { make: 'Acme', model: 'M1', lens: null },
  exposure: { fNumber: 2.8 },
  takenAt: '2024-05-06T07:08:09',
  artist: 'Ann',
};

/** As sharp writes it into a JPEG; into a TIFF it writes none. */
let block: Buffer;
beforeAll(async () => {
  const jpeg = await plain([200, 80, 40], 40, 30)
    .withExif({
      IFD0: { Make: 'Acme', Model: 'M1', Artist: 'Ann', DateTime: '2025:01:01 00:00:00' },
      IFD2: { DateTimeOriginal: '2024:05:06 07:08:09', FNumber: '28/10' },
      IFD3: {
        GPSLatitudeRef: 'S',
        GPSLatitude: '33/1 51/1 2412/100',
        GPSLongitudeRef: 'E',
        GPSLongitude: '151/1 12/1 3600/100',
      },
    })
    .jpeg()
    .toBuffer();
  const { exif = Buffer.alloc(0) } = await sharp(jpeg).metadata();
  block = exif.subarray(6);
});

/** A TIFF whose main directory is the block's and has the picture's own tags too: one strip of RGB. */
function tiffOf(exif: Buffer): Buffer {
  const [width, height] = [4, 3];
  const pixels = Buffer.alloc(width * height * 3, 90);
  const start = exif.readUInt32LE(4);
  const count = exif.readUInt16LE(start);
  const own = [...Array(count).keys()].map((index) =>
    exif.subarray(start + 2 + index * 12, start + 14 + index * 12),
  );
  const short = (tag: number, value: number) => entry({ tag, type: 3, count: 1, value });
  const layout = new Set([0x011a, 0x011b, 0x0128]);
  const strip = exif.length;
  const bits = strip + pixels.length;
  const rows = [
    ...own.filter((row) => !layout.has(row.readUInt16LE(0))),
    short(0x100, width),
    short(0x101, height),
    entry({ tag: 0x102, type: 3, count: 3, value: bits }),
    short(0x103, 1),
    short(0x106, 2),
    entry({ tag: 0x111, type: 4, count: 1, value: strip }),
    short(0x115, 3),
    short(0x116, height),
    entry({ tag: 0x117, type: 4, count: 1, value: pixels.length }),
  ].sort((one, other) => one.readUInt16LE(0) - other.readUInt16LE(0));
  const head = Buffer.from(exif);
  const samples = Buffer.from([8, 0, 8, 0, 8, 0]);
  head.writeUInt32LE(bits + samples.length, 4);
  const total = Buffer.alloc(2);
  total.writeUInt16LE(rows.length);
  return Buffer.concat([head, pixels, samples, total, ...rows, Buffer.alloc(4)]);
}

function entry({ tag, type, count, value }: Entry): Buffer {
  return exifBlock([{ tag, type, count, value }]).subarray(10, 22);
}

const read = async (bytes: Buffer, keepLocation = false) =>
  readImageFacts(await folder.write('a.tif', bytes), limits, { keepLocation });

describe('a TIFF', () => {
  it('tells camera, exposure and time from its own directories, on disk and in memory', async () => {
    const bytes = tiffOf(block);
    expect(await read(bytes)).toMatchObject({ ...facts, format: 'tiff', location: null });
    expect(await readImageFacts(bytes, limits)).toEqual(await read(bytes));
  });

  it('tells its place where that is kept, and nothing of it elsewhere', async () => {
    expect((await read(tiffOf(block), true)).location).toEqual(place);
    expect(JSON.stringify(await read(tiffOf(block)))).not.toMatch(/gps|33\D|151/i);
  });

  it('leaves out of the raw tags how its pixels are stored', async () => {
    const { raw } = await read(tiffOf(block), true);
    expect(raw.exif).toMatchObject({ Make: 'Acme', ModifyDate: '2025:01:01 00:00:00' });
    expect(raw.exif).not.toHaveProperty('ImageWidth');
    expect(raw.exif).not.toHaveProperty('StripOffsets');
  });

  it('tells XMP and profile as before', async () => {
    const xmp = xmpPacket('', 'xmp:CreateDate="2019-12-31T23:59:58"');
    const image = plain([1, 2, 3]).withXmp(xmp).withIccProfile('srgb').tiff();
    expect(await read(await image.toBuffer())).toMatchObject({
      takenAt: '2019-12-31T23:59:58',
      colourProfile: 'sRGB',
      camera: null,
    });
  });
});

describe('a hostile TIFF', () => {
  const directory = (...entries: Entry[]) => exifBlock(entries, Buffer.alloc(64));
  const make = { tag: 0x010f, type: 2, count: 4, value: 0x00_6d_63_41 };

  it.each([
    [
      'directories in a circle',
      directory(
        make,
        { tag: 0x8769, type: 4, count: 1, value: 8 },
        { tag: 0x8825, type: 4, count: 1, value: 8 },
      ),
    ],
    ['a directory beyond the end', directory(make, { tag: 0x8769, type: 4, count: 1, value: 0xffff_fff0 })],
    [
      'huge counts',
      directory(
        make,
        { tag: 0x0110, type: 2, count: 0xffff_ffff, value: 0xffff_ff00 },
        { tag: 0x013b, type: 5, count: 0xffff_ffff, value: 8 },
      ),
    ],
    ['types that nobody knows', directory(make, { tag: 0x0110, type: 99, count: 1, value: 8 })],
  ])('with %s tells the rest', async (_, bytes) => {
    const { image } = await blocksOf(bytes);
    expect([...image]).toEqual([['Make', 'Acm']]);
  });

  it('with more directories and values than anybody has is read within bounds', async () => {
    const entries = Array.from({ length: 5_000 }, (_, index) => ({
      tag: 0x9000 + (index % 1_000),
      type: 2,
      count: 4_096,
      value: 100,
    }));
    const bytes = exifBlock(
      [{ tag: 0x8769, type: 4, count: 1, value: 8 }, ...entries],
      Buffer.alloc(5_000, 'x'),
    );
    expect((await gatherTiffExif(bytes))?.length).toBeLessThan(262_144);
  });

  it('truncated or changed anywhere is read as far as it goes', async () => {
    const whole = tiffOf(block);
    for (let at = 0; at < whole.length; at++) {
      await gatherTiffExif(whole.subarray(0, at));
      const changed = Buffer.from(whole);
      changed[at] = 0xff;
      await blocksOf(changed);
    }
    expect((await blocksOf(whole)).image.get('Make')).toBe('Acme');
  });

  it('that is BigTIFF is read, and one with places beyond all numbers ends', async () => {
    const big = Buffer.alloc(16 + 8 + 20 * 2);
    big.write('II+\0\x08\0\0\0', 'latin1');
    big.writeBigUInt64LE(16n, 8);
    big.writeBigUInt64LE(2n, 16);
    big.writeUInt16LE(0x010f, 24);
    big.writeUInt16LE(2, 26);
    big.writeBigUInt64LE(8n, 28);
    big.write('AcmeCam\0', 36, 'latin1');
    big.writeUInt16LE(0x8769, 44);
    big.writeUInt16LE(16, 46);
    big.writeBigUInt64LE(1n, 48);
    big.writeBigUInt64LE(0xffff_ffff_ffff_ffffn, 56);
    expect([...(await blocksOf(big)).image]).toEqual([['Make', 'AcmeCam']]);
    big.writeBigUInt64LE(0xffff_ffff_ffff_ffffn, 8);
    expect((await blocksOf(big)).image.size).toBe(0);
  });
});

async function blocksOf(bytes: Buffer) {
  return readExifTags(await gatherTiffExif(bytes));
}

const hasExiftool = (() => {
  try {
    execFileSync('exiftool', ['-ver'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

describe.skipIf(!hasExiftool)('beside exiftool', () => {
  const exiftool = promisify(execFile);
  const tags = [
    '-Make=Acme',
    '-Model=M1',
    '-EXIF:Artist=Ann',
    '-DateTimeOriginal=2024:05:06 07:08:09',
    '-FNumber=2.8',
    '-GPSLatitude=33.8567',
    '-GPSLatitudeRef=S',
    '-GPSLongitude=151.21',
    '-GPSLongitudeRef=E',
    '-XMP:GPSLatitude=33.8567 S',
    '-IPTC:City=Sydneytown',
    '-IPTC:ObjectName=The tower',
    '-XMP:City=Sydneytown',
  ];

  it.each(['Little', 'Big'] as const)('what it wrote is read, byte order %s-endian', async (order) => {
    const bytes = await plain([200, 80, 40], 40, 30).tiff().toBuffer();
    const file = await folder.write(`${order}.tif`, bytes);
    await exiftool('exiftool', [
      '-q',
      '-overwrite_original',
      `-ExifByteOrder=${order}-endian`,
      ...tags,
      file,
    ]);
    const found = await readImageFacts(file, limits, { keepLocation: true });
    expect(found).toMatchObject({ ...facts, title: 'The tower', location: place });
    expect(await readImageFacts(await readFile(file), limits, { keepLocation: true })).toEqual(found);
  });

  it.each(['jpeg', 'webp', 'png', 'avif'] as const)('no place is left in a %s of it', async (format) => {
    const file = await folder.write('placed.tif', await plain([200, 80, 40], 40, 30).tiff().toBuffer());
    await exiftool('exiftool', ['-q', '-overwrite_original', ...tags, '-Copyright=Ann', file]);
    expect((await stat(file)).size).toBeGreaterThan(500);
    const { data } = await renderOne(file, { format, keepCopyright: true });
    const made = await folder.write(`made.${format}`, data);
    const { stdout } = await exiftool('exiftool', ['-a', '-G1', '-s', made]);
    expect(stdout).toMatch(/ImageWidth/);
    expect(stdout).not.toMatch(/gps|sydneytown|33 deg|151/i);
  });
});
