import type { Sharp } from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { limits, makeFolder, plain } from '../../fixtures/image.fixture.js';
import { iptcRecord, photoshopBlock, withSegment, xmpPacket } from './metadata.fixture.js';
import { readImageFacts } from '../read-image-facts.js';

const folder = await makeFolder();
afterAll(() => folder[Symbol.asyncDispose]());

const picture = () => plain([200, 80, 40], 40, 30);
const read = async (bytes: Buffer, keepLocation = false) =>
  readImageFacts(await folder.write('metadata', bytes), limits, { keepLocation });
const factsOf = async (image: Sharp, keepLocation = false) => read(await image.toBuffer(), keepLocation);

const place = {
  GPSLatitudeRef: 'S',
  GPSLatitude: '33/1 51/1 2412/100',
  GPSLongitudeRef: 'E',
  GPSLongitude: '151/1 12/1 3600/100',
  GPSAltitudeRef: '0',
  GPSAltitude: '1234/100',
};

describe('the exposure', () => {
  it('is told in the units of the field', async () => {
    const image = picture().withExif({
      IFD2: {
        ExposureTime: '1/250',
        FNumber: '28/10',
        ISOSpeedRatings: '400',
        FocalLength: '35/1',
        FocalLengthIn35mmFilm: '52',
        ExposureBiasValue: '-1/3',
        Flash: '9',
      },
    });
    expect((await factsOf(image.jpeg())).exposure).toEqual({
      exposureTimeS: 0.004,
      fNumber: 2.8,
      iso: 400,
      focalLengthMm: 35,
      focalLength35Mm: 52,
      biasEv: -0.333333,
      flashFired: true,
    });
  });

  it('is read from XMP where there is no EXIF', async () => {
    const xmp = xmpPacket('<exif:FNumber>56/10</exif:FNumber>', 'tiff:Make="Acme" exif:ExposureTime="1/60"');
    expect(await factsOf(picture().png().withXmp(xmp))).toMatchObject({
      camera: { make: 'Acme', model: null, lens: null },
      exposure: { exposureTimeS: 0.0166667, fNumber: 5.6, iso: null },
    });
  });

  it('that no camera can have is none', async () => {
    const image = picture().withExif({ IFD2: { ExposureTime: '1/0', FNumber: '0/1', FocalLength: '0/0' } });
    expect((await factsOf(image.jpeg())).exposure).toBeNull();
  });
});

describe('the time', () => {
  const taken = '2024:05:06 07:08:09';
  const at = async (exif: Record<string, string>, gps: Record<string, string> = {}) =>
    (await factsOf(picture().withExif({ IFD2: exif, IFD3: gps }).jpeg())).takenAt;
  const utc = (date: string, time: string) => ({ GPSDateStamp: date, GPSTimeStamp: time });

  it('has its fraction and the zone of any of the three tags', async () => {
    expect(await at({ DateTimeOriginal: taken, SubSecTimeOriginal: '5', OffsetTimeOriginal: '-03:30' })).toBe(
      '2024-05-06T07:08:09.500-03:30',
    );
    expect(await at({ DateTimeOriginal: taken, OffsetTime: '+01:00' })).toBe('2024-05-06T07:08:09+01:00');
    expect(await at({ DateTimeOriginal: taken, OffsetTime: '+0000' })).toBe('2024-05-06T07:08:09+00:00');
    expect(await at({ DateTimeOriginal: taken, OffsetTime: 'Z' })).toBe('2024-05-06T07:08:09Z');
    expect(await at({ DateTimeDigitized: taken, OffsetTimeDigitized: '+02:00' })).toBe(
      '2024-05-06T07:08:09+02:00',
    );
  });

  it('has the zone that the UTC of GPS tells', async () => {
    expect(await at({ DateTimeOriginal: taken }, utc('2024:05:05', '23/1 9/1 30/1'))).toBe(
      '2024-05-06T07:08:09+08:00',
    );
    expect(await at({ DateTimeOriginal: taken }, utc('2024:05:06', '10/1 38/1 9/1'))).toBe(
      '2024-05-06T07:08:09-03:30',
    );
  });

  it('has no zone where GPS tells another time', async () => {
    expect(await at({ DateTimeOriginal: taken }, utc('2024:05:06', '6/1 53/1 9/1'))).toBe(
      '2024-05-06T07:08:09',
    );
    expect(await at({ DateTimeOriginal: taken }, utc('2024:04:06', '7/1 8/1 9/1'))).toBe(
      '2024-05-06T07:08:09',
    );
    expect(await at({ DateTimeOriginal: taken }, utc('2024:05:06', '77/1 8/1 9/1'))).toBe(
      '2024-05-06T07:08:09',
    );
  });

  it('is that of GPS where there is no other', async () => {
    expect(await at({}, utc('2024:05:06', '7/1 8/1 950/100'))).toBe('2024-05-06T07:08:09Z');
  });

  it('is read from XMP, then from IPTC', async () => {
    const xmp = xmpPacket('', 'photoshop:DateCreated="2019-12-31T23:59:58.25+01:00"');
    expect((await factsOf(picture().webp().withXmp(xmp))).takenAt).toBe('2019-12-31T23:59:58.250+01:00');
    const iptc = Buffer.concat([iptcRecord(55, '20190230'), iptcRecord(60, '101112+0200')]);
    const jpeg = await picture().jpeg().toBuffer();
    expect((await read(withSegment(jpeg, 0xed, photoshopBlock(iptc)))).takenAt).toBeNull();
    iptc.write('20190228', 5);
    expect((await read(withSegment(jpeg, 0xed, photoshopBlock(iptc)))).takenAt).toBe(
      '2019-02-28T10:11:12+02:00',
    );
  });
});

describe('what people wrote', () => {
  const xmp = xmpPacket(`
    <dc:title><rdf:Alt><rdf:li xml:lang="de">Der Turm</rdf:li><rdf:li xml:lang="x-default">The &lt;tower&gt;</rdf:li></rdf:Alt></dc:title>
    <dc:creator><rdf:Seq><rdf:li>Ann</rdf:li><rdf:li>Bob</rdf:li></rdf:Seq></dc:creator>
    <dc:subject><rdf:Bag><rdf:li>塔</rdf:li><rdf:li>evening</rdf:li></rdf:Bag></dc:subject>`);
  const iptc = Buffer.concat([
    iptcRecord(5, 'IPTC title'),
    iptcRecord(120, 'Ein schöner Abend'),
    iptcRecord(25, 'evening'),
    iptcRecord(25, Buffer.from('K\xf6ln', 'latin1')),
    iptcRecord(116, '© Ann'),
  ]);

  it('is read from XMP, IPTC and EXIF, in this order, keywords from all', async () => {
    const image = picture().withExif({
      IFD0: { Copyright: 'EXIF', Artist: 'EXIF', ImageDescription: 'EXIF' },
    });
    const jpeg = await image.clone().withXmp(xmp).jpeg().toBuffer();
    expect(await read(withSegment(jpeg, 0xed, photoshopBlock(iptc)))).toMatchObject({
      title: 'The <tower>',
      description: 'Ein schöner Abend',
      keywords: ['塔', 'evening', 'Köln'],
      copyright: '© Ann',
      artist: 'Ann, Bob',
    });
    expect(await factsOf(image.jpeg())).toMatchObject({
      title: null,
      description: 'EXIF',
      copyright: 'EXIF',
      artist: 'EXIF',
    });
  });

  it('is whole text of a bounded length, whatever it holds', async () => {
    const long = `a\u0000\u0007${'😀'.repeat(5_000)}`;
    const facts = await factsOf(
      picture()
        .withExif({ IFD0: { ImageDescription: long, Artist: 'x'.repeat(50_000) } })
        .jpeg(),
    );
    expect(facts.artist).toHaveLength(2_000);
    expect(JSON.stringify(facts)).not.toMatch(/\\u/);
    const many = xmpPacket(
      `<dc:subject><rdf:Bag>${'<rdf:li>w</rdf:li>'.repeat(400)}${Array.from({ length: 400 }, (_, n) => `<rdf:li>${n}</rdf:li>`).join('')}</rdf:Bag></dc:subject>`,
    );
    expect((await factsOf(picture().png().withXmp(many))).keywords.length).toBeLessThanOrEqual(100);
  });
});

describe('the raw tags', () => {
  it('stand apart, by the block they come from', async () => {
    const xmp = xmpPacket('', 'xmp:CreatorTool="Tool 1"');
    const { raw } = await factsOf(
      picture()
        .withExif({ IFD0: { Software: 'Soft' } })
        .withXmp(xmp)
        .jpeg(),
    );
    expect(raw).toMatchObject({ exif: { Software: 'Soft' }, xmp: { 'xmp:CreatorTool': 'Tool 1' } });
    expect(raw).not.toHaveProperty('gps');
    expect(raw).not.toHaveProperty('truncated');
  });

  it('are bounded, and say so', async () => {
    const properties = Array.from(
      { length: 300 },
      (_, n) => `<xmp:p${n}>${'v'.repeat(300)}</xmp:p${n}>`,
    ).join('');
    const { raw } = await factsOf(picture().png().withXmp(xmpPacket(properties)));
    expect(raw.truncated).toBe(true);
    expect(JSON.stringify(raw).length).toBeLessThan(20_000);
    const deep = `${'<xmp:a rdf:parseType="Resource">'.repeat(12)}x${'</xmp:a>'.repeat(12)}`;
    expect((await factsOf(picture().png().withXmp(xmpPacket(deep)))).raw.truncated).toBe(true);
  });
});

describe('the place', () => {
  const xmp = xmpPacket(
    `<Iptc4xmpExt:LocationShown><rdf:Bag><rdf:li Iptc4xmpExt:City="Sydneytown" Iptc4xmpExt:CountryName="Aussie"/></rdf:Bag></Iptc4xmpExt:LocationShown>
     <dc:subject><rdf:Bag><rdf:li>beach</rdf:li><rdf:li>geo:lat=-33.8567</rdf:li></rdf:Bag></dc:subject>`,
    `photoshop:City="Sydneytown" photoshop:State="Newsouth" exif:GPSLatitude="33,51.402S" exif:GPSLongitude="151,12.6E"
     xmlns:drone="http://www.dji.com/drone-dji/1.0/" drone:AbsoluteAltitude="+77.7" drone:GimbalYaw="3"`,
  );
  const iptc = Buffer.concat([
    iptcRecord(90, 'Sydneytown'),
    iptcRecord(101, 'Aussie'),
    iptcRecord(92, 'Bondi'),
  ]);
  const photo = async () => {
    const exif = { IFD0: { Make: 'Acme' }, IFD3: place };
    return withSegment(
      await picture().withExif(exif).withXmp(xmp).jpeg().toBuffer(),
      0xed,
      photoshopBlock(iptc),
    );
  };

  it('is told in degrees and metres, and in the raw tags, when it is kept', async () => {
    const facts = await read(await photo(), true);
    expect(facts.location).toEqual({
      latitude: -33.8567,
      longitude: 151.21,
      altitudeM: 12.34,
      directionDeg: null,
    });
    expect(facts.raw.gps).toMatchObject({ GPSLatitude: [33, 51, 24.12], GPSLatitudeRef: 'S' });
    expect(facts.raw.iptc).toMatchObject({ City: ['Sydneytown'] });
    expect(facts.keywords).toContain('geo:lat=-33.8567');
  });

  it('is told nowhere otherwise', async () => {
    const facts = await read(await photo());
    expect(facts).toMatchObject({ location: null, keywords: ['beach'], camera: { make: 'Acme' } });
    expect(facts.raw).toMatchObject({ exif: { Make: 'Acme' }, xmp: { 'drone:GimbalYaw': '3' } });
    const text = JSON.stringify(facts);
    for (const trace of [
      /gps/i,
      /sydneytown/i,
      /newsouth/i,
      /aussie/i,
      /bondi/i,
      /33\D/,
      /151/,
      /77\.7/,
      /12\.34/,
    ])
      expect(text).not.toMatch(trace);
  });

  it('is read from XMP where there is no EXIF', async () => {
    const facts = await factsOf(picture().png().withXmp(xmp), true);
    expect(facts.location).toMatchObject({ latitude: -33.8567, longitude: 151.21 });
  });

  it.each([
    ['a latitude beyond the poles', { ...place, GPSLatitude: '91/1 0/1 0/1' }],
    ['no longitude', { GPSLatitudeRef: 'S', GPSLatitude: place.GPSLatitude }],
    ['a fraction that is none', { ...place, GPSLatitude: '33/0 51/1 0/1' }],
    ['a receiver without a fix', { ...place, GPSStatus: 'V' }],
  ])('is none with %s', async (_, gps) => {
    expect((await factsOf(picture().withExif({ IFD3: gps }).jpeg(), true)).location).toBeNull();
  });
});
