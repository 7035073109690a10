import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readImageFacts } from '../../facts/read-image-facts.js';
import { distance, limits, makeFolder, photo, renderOne } from '../../fixtures/image.fixture.js';
import { findPreview } from './raw.js';
import { codeOf, openBytes, refusalOf } from '../decoders.fixture.js';
import { box } from '../heif/heic.fixture.js';

const folder = await makeFolder();
afterAll(() => folder[Symbol.asyncDispose]());

let large: Buffer;
let middle: Buffer;
beforeAll(async () => {
  large = await (await photo(300, 200)).jpeg().toBuffer();
  middle = await sharp(large).resize(120).jpeg().toBuffer();
});

const uint32 = (value: number) => Buffer.from([value >>> 24, value >>> 16, value >>> 8, value]);
const uuid = (id: string, ...content: Buffer[]) => box('uuid', Buffer.from(id, 'hex'), ...content);
/** A TIFF of one entry: held to the right. */
const held = Buffer.from('49492a00080000000100120103000100000006000000000000000000', 'hex');

interface Parts {
  /** Chunks by 64 bits, as cameras write them. */
  isWide?: boolean;
  hasTrack?: boolean;
  hasPreview?: boolean;
  /** What the track says of its sample's place and length, if not the truth. */
  at?: number;
  sizeBytes?: number;
}

function cr3({ isWide = true, hasTrack = true, hasPreview = true, at, sizeBytes }: Parts = {}): Buffer {
  const fileType = box('ftyp', 'crx ', uint32(1), 'crx isom');
  const movie = (sampleAt: number) =>
    box(
      'moov',
      uuid(
        '85c0b687820f11e08111f4ce462b6a48',
        box('CNCV', 'CanonCR3_001/00.09.00/00.00.00'),
        box('CMT1', held),
      ),
      ...(hasTrack ? [trackAt(sampleAt)] : []),
    );
  const trackAt = (sampleAt: number) =>
    box(
      'trak',
      box('tkhd', Buffer.alloc(84)),
      box(
        'mdia',
        box(
          'minf',
          box(
            'stbl',
            box('stsz', uint32(0), uint32(sizeBytes ?? large.length), uint32(1)),
            isWide
              ? box('co64', uint32(0), uint32(1), uint32(0), uint32(at ?? sampleAt))
              : box('stco', uint32(0), uint32(1), uint32(at ?? sampleAt)),
          ),
        ),
      ),
    );
  const shown = box(
    'PRVW',
    Buffer.alloc(6),
    Buffer.from([0, 120, 0, 80, 0, 1]),
    uint32(middle.length),
    middle,
  );
  const preview = hasPreview
    ? uuid('eaf42b5e1c984b88b9fbb7dc406e4d16', Buffer.alloc(8), shown)
    : Buffer.alloc(0);
  const sampleAt = fileType.length + movie(0).length + preview.length + 8;
  return Buffer.concat([fileType, movie(sampleAt), preview, box('mdat', large)]);
}

describe('a CR3', () => {
  it.each<[string, Parts]>([
    ['as cameras write it', {}],
    ['with short places', { isWide: false }],
    ['without the small preview', { hasPreview: false }],
  ])('%s gives its largest JPEG, turned as the camera was held', async (_, parts) => {
    const { file, format, mimeType } = await openBytes(folder, cr3(parts));
    expect({ format, mimeType }).toEqual({ format: 'cr3', mimeType: 'image/x-canon-cr3' });
    expect(await readImageFacts(file, limits)).toMatchObject({ width: 200, height: 300, orientation: 6 });
    const { data } = await renderOne(file, { width: 200 });
    expect(await distance(data, sharp(large).rotate(90))).toBeLessThan(4);
  });

  it('without a track of a JPEG gives the small preview', async () => {
    for (const parts of [{ hasTrack: false }, { at: 4 }]) {
      const { file } = await openBytes(folder, cr3(parts));
      expect(await readImageFacts(file, limits)).toMatchObject({ width: 80, height: 120 });
    }
  });
});

describe('a bad CR3', () => {
  it('truncated at any tenth is damaged', async () => {
    const whole = cr3();
    for (let tenth = 0; tenth < 10; tenth++) {
      const part = whole.subarray(0, Math.max(20, Math.floor((whole.length * tenth) / 10)));
      expect(await codeOf(folder, part)).toBe('media.damaged');
    }
  });

  it('tells what it does not have from what is beyond its end', async () => {
    expect(await codeOf(folder, cr3({ hasTrack: false, hasPreview: false }))).toBe('media.unsupported');
    expect(await codeOf(folder, cr3({ at: 4, hasPreview: false }))).toBe('media.unsupported');
    expect(await codeOf(folder, cr3({ at: 0xfffffff0, hasPreview: false }))).toBe('media.damaged');
    expect(await codeOf(folder, cr3({ sizeBytes: 0, hasPreview: false }))).toBe('media.unsupported');
  });

  it('with any length changed ends', () => {
    const whole = cr3();
    for (let at = 20; at < 360; at += 4) {
      for (const value of [0, 1, 0xffffffff]) {
        const bytes = Buffer.from(whole);
        bytes.writeUInt32BE(value, at);
        expect(refusalOf(findPreview, bytes)).toBeOneOf(['opened', 'media.damaged', 'media.unsupported']);
      }
    }
  });
});
