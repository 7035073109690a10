import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readImageFacts } from '../../facts/read-image-facts.js';
import { distance, limits, makeFolder, photo, renderOne } from '../../fixtures/image.fixture.js';
import { findPreview } from './raw.js';
import { openBytes, refusalOf } from '../decoders.fixture.js';

const folder = await makeFolder();
afterAll(() => folder[Symbol.asyncDispose]());

let large: Buffer;
let small: Buffer;
beforeAll(async () => {
  large = await (await photo(300, 200)).jpeg().toBuffer();
  small = await sharp(large).resize(60).jpeg().toBuffer();
});

/** A directory of a TIFF: tag, type, count, value. */
function directory(
  isBig: boolean,
  entries: [tag: number, type: number, count: number, value: number][],
): Buffer {
  const bytes = Buffer.alloc(2 + entries.length * 12 + 4);
  const write = (at: number, size: 2 | 4, value: number) =>
    isBig ? bytes.writeUIntBE(value, at, size) : bytes.writeUIntLE(value, at, size);
  write(0, 2, entries.length);
  entries.forEach(([tag, type, count, value], index) => {
    const at = 2 + index * 12;
    write(at, 2, tag);
    write(at + 2, 2, type);
    write(at + 4, 4, count);
    write(at + 8, type === 3 && isBig ? 2 : 4, value);
  });
  return bytes;
}

interface Form {
  magic: string;
  head: string;
  /** Offsets in the maker note count from its own start. */
  isOwnBase?: boolean;
  isBig?: boolean;
  /** The settings are a value of the note, and not a place. */
  isOld?: boolean;
}

/** Main directory, EXIF directory, maker note, camera settings, a thumbnail and the preview. */
function orf({ magic, head, isOwnBase = true, isBig = false, isOld = false }: Form, preview = large): Buffer {
  const first = Buffer.alloc(8);
  first.write(magic, 'latin1');
  if (isBig) first.writeUInt32BE(8, 4);
  else first.writeUInt32LE(8, 4);
  const noteHead = Buffer.from(head, 'latin1');
  const mainAt = 8;
  const exifAt = mainAt + 2 + 4 * 12 + 4;
  const noteAt = exifAt + 18;
  const settingsAt = noteAt + noteHead.length + 18;
  const thumbAt = settingsAt + 30;
  const base = isOwnBase ? noteAt : 0;
  return Buffer.concat([
    first,
    directory(isBig, [
      [0x0112, 3, 1, 6],
      [0x0201, 4, 1, thumbAt],
      [0x0202, 4, 1, small.length],
      [0x8769, 4, 1, exifAt],
    ]),
    directory(isBig, [[0x927c, 7, thumbAt - noteAt, noteAt]]),
    noteHead,
    directory(isBig, [[0x2020, isOld ? 7 : 13, isOld ? 30 : 1, settingsAt - base]]),
    directory(isBig, [
      [0x0101, 4, 1, thumbAt + small.length - base],
      [0x0102, 4, 1, preview.length],
    ]),
    small,
    preview,
  ]);
}

const camera: Form = { magic: 'IIRO', head: 'OLYMPUS\0II\x03\0' };

describe('an ORF', () => {
  it.each<[string, Form]>([
    ['as it was', camera],
    ['of OM System', { magic: 'IIRO', head: 'OM SYSTEM\0\0\0II\x04\0' }],
    ['with the settings inside the note', { magic: 'IIRS', head: 'OLYMPUS\0II\x03\0', isOld: true }],
    ['of an old camera', { magic: 'IIRO', head: 'OLYMP\0\x01\0', isOwnBase: false, isOld: true }],
    ['with the highest byte first', { magic: 'MMOR', head: 'OLYMP\0\x01\0', isOwnBase: false, isBig: true }],
  ])('%s gives its preview, turned as the camera was held', async (_, form) => {
    const { file, format, mimeType } = await openBytes(folder, orf(form));
    expect({ format, mimeType }).toEqual({ format: 'orf', mimeType: 'image/x-olympus-orf' });
    expect(await readImageFacts(file, limits)).toMatchObject({ width: 200, height: 300, orientation: 6 });
    const { data } = await renderOne(file, { width: 200 });
    expect(await distance(data, sharp(large).rotate(90))).toBeLessThan(4);
  });

  it('whose maker note is of nobody gives what the main directory points to', async () => {
    const { file } = await openBytes(folder, orf({ ...camera, head: 'SOMEBODY\0II\x03' }));
    expect(await readImageFacts(file, limits)).toMatchObject({ width: 40, height: 60 });
  });
});

describe('a bad ORF', () => {
  it('truncated at any tenth gives a preview that is whole, or none', async () => {
    const whole = orf(camera);
    for (let tenth = 0; tenth < 10; tenth++) {
      const part = whole.subarray(0, Math.max(16, Math.floor((whole.length * tenth) / 10)));
      const code = await openBytes(folder, part)
        .then(({ file }) => renderOne(file as string))
        .then(
          () => 'made',
          ({ code: found }) => found,
        );
      expect(code).toBeOneOf(['made', 'media.damaged', 'media.unsupported']);
    }
  });

  it('that points into itself or nowhere ends', () => {
    const whole = orf(camera);
    for (let at = 8; at < 150; at += 2) {
      for (const value of [0, 8, 0xffffffff]) {
        const bytes = Buffer.from(whole);
        bytes.writeUInt32LE(value, at);
        expect(refusalOf(findPreview, bytes)).toBeOneOf(['opened', 'media.damaged', 'media.unsupported']);
      }
    }
  });
});
