import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { distance, limits, makeFolder, photo, quarters, renderOne } from '../../fixtures/image.fixture.js';
import { codeOf, openBytes } from '../decoders.fixture.js';
import { readImageFacts } from '../../facts/read-image-facts.js';

const folder = await makeFolder();
afterAll(() => folder[Symbol.asyncDispose]());

type Values = number | readonly number[] | string;
/** Tag to values: a text, or numbers of 32 bits. */
type Entries = Record<number, Values>;

/** A TIFF of directories, each pointing to the next, then what lies behind them. `at` is where that begins. */
function tiff(magic: Buffer, make: (at: number) => Entries[], behind: Buffer): Buffer {
  const sizeOf = (entries: Entries) => 2 + Object.keys(entries).length * 12 + 4;
  const extraOf = (values: Values) =>
    typeof values === 'string' ? Buffer.from(`${values}\0`) : numbers(values);
  const shape = make(0);
  const start = magic.length + 4;
  const extrasAt = start + shape.reduce((sum, entries) => sum + sizeOf(entries), 0);
  const extraBytes = shape
    .flatMap((entries) => Object.values(entries))
    .reduce<number>((sum, values) => sum + extraOf(values).length, 0);
  const directories = make(extrasAt + extraBytes);
  const extras: Buffer[] = [];
  let extraAt = extrasAt;
  let at = start;
  const parts = directories.map((entries, index) => {
    const rows = Object.entries(entries).map(([tag, values]) => {
      const row = Buffer.alloc(12);
      const data = extraOf(values);
      const isText = typeof values === 'string';
      row.writeUInt16LE(Number(tag), 0);
      row.writeUInt16LE(isText ? 2 : 4, 2);
      row.writeUInt32LE(isText ? data.length : data.length / 4, 4);
      if (data.length <= 4) data.copy(row, 8);
      else row.writeUInt32LE(extraAt, 8);
      extras.push(data);
      extraAt += data.length;
      return row;
    });
    at += sizeOf(entries);
    const count = Buffer.alloc(2);
    count.writeUInt16LE(rows.length, 0);
    return Buffer.concat([count, ...rows, numbers(index + 1 < directories.length ? at : 0)]);
  });
  return Buffer.concat([magic, numbers(start), ...parts, ...extras, behind]);
}

function numbers(values: number | readonly number[]): Buffer {
  const list = typeof values === 'number' ? [values] : values;
  const bytes = Buffer.alloc(list.length * 4);
  list.forEach((value, index) => bytes.writeUInt32LE(value, index * 4));
  return bytes;
}

const little = Buffer.from('II*\0');
let small: Buffer;
let large: Buffer;
let sensor: Buffer;
beforeAll(async () => {
  const picture = sharp(await (await photo(300, 200)).png().toBuffer());
  small = await picture.clone().resize(60, 40).jpeg().toBuffer();
  large = await quarters(
    [
      [200, 30, 30],
      [30, 200, 30],
      [30, 30, 200],
      [220, 220, 60],
    ],
    300,
    200,
  )
    .jpeg({ quality: 95 })
    .toBuffer();
  // The sensor's own data is a lossless JPEG (SOF3) and larger than any preview.
  sensor = Buffer.from(await picture.resize(600, 400).jpeg().toBuffer());
  sensor[sensor.indexOf(Buffer.from([0xff, 0xc0])) + 1] = 0xc3;
});

/** As most cameras do it: the main directory has a small preview, those below it the large one and the sensor's data. */
function cameraFile(make: string, more: Entries = {}): Buffer {
  const behind = Buffer.concat([small, large, sensor]);
  return tiff(
    little,
    (at) => {
      const main = { 0x00fe: 1, 0x010f: make, 0x0112: 6, 0x0201: at, 0x0202: small.length, ...more };
      const preview = { 0x00fe: 1, 0x0103: 6, 0x0111: at + small.length, 0x0117: large.length };
      const raw = {
        0x00fe: 0,
        0x0103: 7,
        0x0111: at + small.length + large.length,
        0x0117: sensor.length,
        0x014a: 8,
      };
      return [{ ...main, 0x014a: [8, 8] }, preview, raw];
    },
    behind,
  );
}

describe('a camera file', () => {
  it.each([
    ['nef', 'image/x-nikon-nef', () => cameraFile('NIKON CORPORATION')],
    ['arw', 'image/x-sony-arw', () => cameraFile('SONY')],
    ['pef', 'image/x-pentax-pef', () => cameraFile('PENTAX Corporation')],
    ['dng', 'image/x-adobe-dng', () => cameraFile('Apple', { 0xc612: 0x0401 })],
  ])('%s gives its largest preview, turned as the camera was held', async (format, mimeType, make) => {
    const opened = await openBytes(folder, make());
    expect(opened).toMatchObject({ format, mimeType, reported: {} });
    expect(await readImageFacts(opened.file, limits)).toMatchObject({
      width: 200,
      height: 300,
      orientation: 6,
    });
    const { data } = await renderOne(opened.file, { width: 200 });
    expect(await distance(data, sharp(large).rotate(90))).toBeLessThan(4);
  });

  it('CR2, RW2 and RAF give theirs', async () => {
    const cr2 = tiff(Buffer.from('II*\0'), (at) => [{ 0x0103: 6, 0x0111: at, 0x0117: large.length }], large);
    const fuji = Buffer.alloc(100);
    fuji.write('FUJIFILMCCD-RAW 0201');
    fuji.writeUInt32BE(100, 84);
    fuji.writeUInt32BE(large.length, 88);
    // CR2 has its own mark before the first directory.
    const marked = Buffer.concat([little, numbers(16), Buffer.from('CR\x02\0\0\0\0\0'), cr2.subarray(8)]);
    for (const at of [16 + 2 + 12 + 8]) marked.writeUInt32LE(marked.readUInt32LE(at) + 8, at);
    for (const [bytes, format] of [
      [marked, 'cr2'],
      [Buffer.concat([fuji, large]), 'raf'],
    ] as const) {
      const opened = await openBytes(folder, bytes);
      expect(opened.format).toBe(format);
      expect(await distance(sharp(opened.file), sharp(large))).toBe(0);
    }
  });

  it('that was edited and saved as TIFF is a TIFF', async () => {
    const edited = await sharp(large)
      .tiff()
      .withExif({ IFD0: { Make: 'NIKON CORPORATION' } })
      .toBuffer();
    expect(await openBytes(folder, edited)).toMatchObject({ format: 'tiff' });
  });
});

describe('a bad camera file', () => {
  it('without a preview is refused as such', async () => {
    const bare = tiff(
      little,
      (at) => [{ 0x00fe: 1, 0x010f: 'SONY', 0x014a: 8, 0x0103: 7, 0x0111: at, 0x0117: sensor.length }],
      sensor,
    );
    expect(await codeOf(folder, bare)).toBe('media.unsupported');
  });

  it('with directories in a circle, or pointing nowhere, ends', async () => {
    const circle = tiff(
      little,
      () => [{ 0x00fe: 1, 0x010f: 'SONY', 0x014a: [8, 8, 0xffffffff, 4] }],
      Buffer.alloc(0),
    );
    expect(await codeOf(folder, circle)).toBe('media.unsupported');
    const endless = tiff(
      little,
      () => [{ 0x00fe: 1, 0x010f: 'SONY', 0x014a: 8, 0x0201: 0xfffffff0, 0x0202: 0xffffffff }],
      Buffer.alloc(0),
    );
    expect(await codeOf(folder, endless)).toBe('media.damaged');
  });

  it('truncated at any tenth gives a preview that is whole, or none', async () => {
    const whole = cameraFile('SONY');
    for (let tenth = 1; tenth < 10; tenth++) {
      const part = whole.subarray(0, Math.floor((whole.length * tenth) / 10));
      const opened = await openBytes(folder, part).catch((thrown: unknown) => thrown);
      const code =
        'file' in (opened as object)
          ? await renderOne((opened as { file: string }).file).then(
              () => 'made',
              ({ code: found }) => found,
            )
          : (opened as { code: string }).code;
      expect(code).toBeOneOf(['made', 'media.damaged', 'media.unsupported']);
    }
  });
});
