import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { readExifTags } from './exif-tags.js';
import { limits, makeFolder, plain } from '../../fixtures/image.fixture.js';
import { readProfileName } from './icc-name.js';
import { readIptcTags } from './iptc-tags.js';
import {
  exifBlock,
  iptcRecord,
  photoshopBlock,
  withSegment,
  xmpPacket,
  type Entry,
} from './metadata.fixture.js';
import { readImageFacts } from '../read-image-facts.js';
import { readXmpTags } from './xmp-tags.js';

const folder = await makeFolder();
afterAll(() => folder[Symbol.asyncDispose]());

const sizeOf = (value: object) =>
  JSON.stringify(value, (_, item: unknown) => (item instanceof Map ? [...item] : item)).length;

describe('EXIF', () => {
  const text = 2;
  const rational = 5;
  const make = 0x010f;
  const many = (count: number, entry: Omit<Entry, 'tag'>) =>
    Array.from({ length: count }, (_, index) => ({ ...entry, tag: (0x0100 + index) & 0xffff }));
  const room = Buffer.alloc(200_000, 'x');

  it.each([
    [
      '5,000 texts that are each all of the block',
      exifBlock(many(5_000, { type: text, count: 190_000, value: 60_100 }), room),
    ],
    [
      '5,000 lists of fractions over each other',
      exifBlock(many(5_000, { type: rational, count: 16_000, value: 60_100 }), room),
    ],
    [
      'lists of 4,294,967,295 numbers',
      exifBlock(many(900, { type: 4, count: 0xffff_ffff, value: 60_100 }), room),
    ],
    ['texts that begin beyond the end', exifBlock(many(900, { type: text, count: 40, value: 0xffff_fff0 }))],
    ['types that there are not', exifBlock(many(900, { type: 77, count: 1, value: 1 }))],
    [
      'directories that are each other',
      exifBlock([0x8769, 0x8825, 0xa005, 0x014a].map((tag) => ({ tag, type: 4, count: 1, value: 8 }))),
    ],
    [
      'a directory in its own middle',
      exifBlock([
        { tag: 0x8769, type: 4, count: 1, value: 11 },
        ...many(90, { type: 3, count: 1, value: 9 }),
      ]),
    ],
  ])('of %s ends, and holds little', (_, block) => {
    expect(sizeOf(readExifTags(block))).toBeLessThan(2_500_000);
  });

  it('tells more entries than there are', () => {
    const block = exifBlock([
      { tag: make, type: text, count: 4, value: Buffer.from('Acm\0').readUInt32LE() },
    ]);
    block.writeUInt16LE(0xffff, 8);
    expect(readExifTags(block).image.get('Make')).toBe('Acm');
  });

  it('cut or overwritten anywhere still ends', async () => {
    const exif = { IFD0: { Make: 'Acme' }, IFD2: { FNumber: '28/10' }, IFD3: { GPSLatitude: '1/1 2/1 3/1' } };
    const image = await plain([1, 2, 3]).withExif(exif).jpeg().toBuffer();
    const { exif: block = Buffer.alloc(0) } = await sharp(image).metadata();
    expect(readExifTags(block).image.get('Make')).toBe('Acme');
    for (let at = 0; at < block.length; at++) {
      expect(() => readExifTags(block.subarray(0, at))).not.toThrow();
      for (const value of [0, 0x7f, 0xff]) {
        const broken = Buffer.from(block).fill(value, at, Math.min(at + 4, block.length));
        expect(() => readExifTags(broken)).not.toThrow();
      }
    }
  });

  it('that is a bomb in a whole picture leaves picture and facts as they are', async () => {
    const block = exifBlock(
      many(4_000, { type: text, count: 15_000, value: 48_100 }),
      Buffer.alloc(16_000, 'y'),
    );
    const jpeg = await plain([200, 80, 40], 40, 30).jpeg().toBuffer();
    const bomb = withSegment(jpeg, 0xe1, Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), block]));
    const facts = await readImageFacts(await folder.write('bomb.jpg', bomb), limits);
    expect(facts).toMatchObject({ format: 'jpeg', width: 40, height: 30 });
    expect(sizeOf(facts)).toBeLessThan(60_000);
  });
});

describe('XMP', () => {
  const lines = '\r\n'.repeat(60_000);
  it.each([
    ['nothing but opened elements', '<a:b>'.repeat(20_000)],
    ['elements within each other', `${'<a>'.repeat(15_000)}${'</a>'.repeat(15_000)}`],
    ['carriage returns', `<rdf:RDF>${lines}</rdf:RDF>`],
    ['one opened element and its end far away', `<rdf:RDF ${' '.repeat(100_000)}`],
    ['entities within entities', `<!DOCTYPE a [<!ENTITY b "x"><!ENTITY c "&b;&b;">]><rdf:RDF>&c;</rdf:RDF>`],
    [
      'an entity from outside',
      `<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><rdf:RDF>&b;</rdf:RDF>`,
    ],
    ['bytes that are no text', Buffer.alloc(100_000, 0xfe).toString('latin1')],
    ['half a surrogate pair', xmpPacket('<dc:title>&#xD800;</dc:title>')],
    ['nothing', ''],
  ])('of %s has nothing to tell', (_, packet) => {
    expect([...readXmpTags(Buffer.from(packet))]).toEqual([]);
  });

  it('of very many properties tells some', () => {
    const packet = xmpPacket(Array.from({ length: 4_000 }, (_, n) => `<xmp:p${n}>v</xmp:p${n}>`).join(''));
    expect(readXmpTags(Buffer.from(packet)).size).toBe(500);
    expect(readXmpTags(Buffer.from(packet.padEnd(200_000))).size).toBe(0);
  });

  it('may call its properties as it likes', () => {
    const packet = xmpPacket(
      '<xmp:__proto__>1</xmp:__proto__><xmp:constructor>2</xmp:constructor>',
      '__proto__="3"',
    );
    const tags = readXmpTags(Buffer.from(packet));
    expect(tags.get('xmp:constructor')).toBe('2');
    expect(({} as Record<string, unknown>)['xmp:constructor']).toBeUndefined();
  });
});

describe('IPTC', () => {
  it('of very many values tells some', () => {
    const keywords = Array.from({ length: 20_000 }, () => iptcRecord(25, 'word'));
    expect(readIptcTags(photoshopBlock(Buffer.concat(keywords))).get('Keywords')).toHaveLength(500);
  });

  it('ends where it is broken', () => {
    const block = Buffer.concat([iptcRecord(5, 'Title'), Buffer.of(0x1c, 2, 25, 0xff, 0xff, 0x41)]);
    expect([...readIptcTags(block)]).toEqual([['ObjectName', ['Title']]]);
    for (let at = 0; at < block.length; at++) {
      expect(() => readIptcTags(photoshopBlock(block).subarray(0, at * 3))).not.toThrow();
      expect(() => readIptcTags(Buffer.from(block).fill(0xff, at))).not.toThrow();
    }
    expect(readIptcTags(Buffer.from('8BIM\x04\x04'.repeat(9_000), 'latin1')).size).toBe(0);
  });
});

it('a colour profile that is broken has no name', async () => {
  const image = await plain([1, 2, 3]).withIccProfile('p3').jpeg().toBuffer();
  const { icc = Buffer.alloc(0) } = await sharp(image).metadata();
  expect(readProfileName(icc)).not.toBeNull();
  for (let at = 128; at < icc.length; at += 3) {
    expect(() => readProfileName(icc.subarray(0, at))).not.toThrow();
    expect(() =>
      readProfileName(Buffer.from(icc).fill(0xff, at, Math.min(at + 4, icc.length))),
    ).not.toThrow();
  }
});
