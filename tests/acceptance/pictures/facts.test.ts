import type { Stack, UploadView } from '#testing';
import { Client } from 'pg';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { callbackBody, putToEnd, startPipelines } from '../fixtures/uploads.fixture.js';

const pipelines = `
version: 1
pipelines:
  - name: survey
    match: { kind: image, prefix: survey/ }
    keepLocation: true
    renditions: [{ name: thumb, kind: image, width: 120 }]
  - name: photos
    match: { kind: image, prefix: photos/ }
    renditions: [{ name: thumb, kind: image, width: 120 }]
`;
/** What a place would leave in any answer: its names, its numbers, the tags that hold them. */
const traces = [/gps/i, /51[.,]\s?30/, /51\.50/, /0\.116/, /Londontown/i];
/** The text without the moments at which something happened: their fractions of a second can be any number. */
const timeless = (text: string) => text.replaceAll(/T\d\d:\d\d:\d\d\.\d+/g, '');

let stack: Stack;
let database: Client;
beforeAll(async () => {
  stack = await startPipelines('redis', pipelines);
  database = new Client({ connectionString: stack.databaseUrl });
  await database.connect();
});
afterAll(async () => {
  await database.end();
  await stack[Symbol.asyncDispose]();
});

const reportedBody =
  '&imageInfo.height=${imageInfo.height}&imageInfo.width=${imageInfo.width}&imageInfo.format=${imageInfo.format}';

const put = (key: string, content: Buffer, reported = reportedBody) =>
  putToEnd(stack, key, content, { body: callbackBody + reported });

/** A picture with structure; another number, another picture. */
async function scene(number: number, width = 640, height = 480): Promise<Buffer> {
  const data = Buffer.alloc(9 * 7 * 3);
  let seed = number;
  for (let at = 0; at < data.length; at++) {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    data[at] = seed >>> 24;
  }
  const small = sharp(data, { raw: { width: 9, height: 7, channels: 3 } });
  return small.resize(width, height, { fit: 'fill', kernel: 'cubic' }).png().toBuffer();
}

/** As a phone stores it: turned, with camera, time and place, the place in EXIF and in XMP. */
async function phonePhoto(number: number): Promise<Buffer> {
  return sharp(await scene(number))
    .withExif({
      IFD0: { Make: 'Acme', Model: 'Phone 1', Orientation: '6' },
      IFD2: { DateTimeOriginal: '2026:01:15 08:30:00', ExposureTime: '1/50', FNumber: '18/10' },
      IFD3: {
        GPSLatitudeRef: 'N',
        GPSLatitude: '51/1 30/1 2600/100',
        GPSLongitudeRef: 'W',
        GPSLongitude: '0/1 7/1 0/1',
        GPSDateStamp: '2026:01:15',
        GPSTimeStamp: '8/1 29/1 58/1',
      },
    })
    .withXmp(
      `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
       <rdf:Description rdf:about="" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"
        xmlns:exif="http://ns.adobe.com/exif/1.0/" photoshop:City="Londontown" exif:GPSLatitude="51,30.433N">
       <dc:title><rdf:Alt><rdf:li xml:lang="x-default">Morning</rdf:li></rdf:Alt></dc:title></rdf:Description></rdf:RDF></x:xmpmeta>`,
    )
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toBuffer();
}

/** All of an upload that is stored anywhere. */
async function storedRows(id: string): Promise<string> {
  const { rows } = await database.query<{ stored: string }>(
    `SELECT to_jsonb(u)::text || (SELECT coalesce(jsonb_agg(r), '[]')::text FROM renditions AS r WHERE r.upload_id = u.id) AS stored
     FROM uploads AS u WHERE id = $1`,
    [id],
  );
  return rows[0]?.stored ?? '';
}

test('the place of a photo is in no answer and no row, and all else is', async () => {
  for (const [key, status] of [
    ['photos/phone.jpg', 'ready'],
    ['elsewhere/phone.jpg', 'ignored'],
  ] as const) {
    const upload = await put(key, await phonePhoto(1));
    expect(upload).toMatchObject({
      status,
      metadata: {
        width: 480,
        height: 640,
        orientation: 6,
        format: 'jpeg',
        camera: { make: 'Acme', model: 'Phone 1', lens: null },
        exposure: { exposureTimeS: 0.02, fNumber: 1.8 },
        takenAt: '2026-01-15T08:30:00+00:00',
        title: 'Morning',
        location: null,
        raw: { exif: { Make: 'Acme' }, xmp: { 'dc:title': 'Morning' } },
      },
    });
    const list = await stack.get<{ items: UploadView[] }>(`/v1/uploads?prefix=${key}`);
    expect(list.items).toHaveLength(1);
    const stored = await storedRows(upload.id);
    expect(stored).toContain('Morning');
    for (const trace of traces) {
      expect(timeless(JSON.stringify(upload))).not.toMatch(trace);
      expect(timeless(JSON.stringify(list))).not.toMatch(trace);
      expect(timeless(stored)).not.toMatch(trace);
    }
  }
});

test('the place of a photo is kept where its pipeline says so', async () => {
  const { id, metadata } = await put('survey/phone.jpg', await phonePhoto(2));
  const stored = await storedRows(id);
  for (const trace of traces) expect(stored).toMatch(trace);
  expect(metadata).toMatchObject({
    location: { latitude: 51.5072222, longitude: -0.1166667, altitudeM: null, directionDeg: null },
    raw: { gps: { GPSLatitude: [51, 30, 26] }, xmp: { 'photoshop:City': 'Londontown' } },
  });
});

test('raw tags come with one upload, not with lists; colours and hash with both', async () => {
  const upload = await put('photos/listed.jpg', await phonePhoto(3));
  const { items } = await stack.get<{ items: UploadView[] }>('/v1/uploads?prefix=photos/listed');
  expect(upload.metadata).toHaveProperty('raw');
  expect(items[0]?.metadata).not.toHaveProperty('raw');
  for (const view of [upload, items[0]]) {
    expect(view?.perceptualHash).toMatch(/^[0-9a-f]{16}$/);
    expect(view?.placeholder?.colors[0]).toMatchObject({ color: expect.stringMatching(/^#[0-9a-f]{6}$/) });
    expect(view).not.toHaveProperty('distance');
  }
});

test('imageInfo of OSS stays as it was told, and a contradiction is visible', async () => {
  const photo = await phonePhoto(4);
  const right = await put('photos/right.jpg', photo);
  expect(right).toMatchObject({ imageInfo: { width: 640, height: 480, format: 'jpg' }, contradictions: [] });
  const wrong = '&imageInfo.width=641&imageInfo.height=480&imageInfo.format=png';
  expect(await put('photos/wrong.jpg', photo, wrong)).toMatchObject({
    imageInfo: { width: 641, height: 480, format: 'png' },
    metadata: { width: 480, height: 640, format: 'jpeg' },
    contradictions: [
      { field: 'width', imageInfo: 641, found: 640 },
      { field: 'format', imageInfo: 'png', found: 'jpeg' },
    ],
  });
});

test('near duplicates of an upload are found, the nearest first, and nothing else', async () => {
  const original = await scene(50, 900, 600);
  const first = await put('photos/first.png', original);
  const crop = { left: 9, top: 6, width: 882, height: 588 };
  const copies = {
    same: await put('photos/same.png', await sharp(original).png({ compressionLevel: 1 }).toBuffer()),
    small: await put('photos/small.webp', await sharp(original).resize(200).webp({ quality: 40 }).toBuffer()),
    cropped: await put('photos/cropped.jpg', await sharp(original).extract(crop).jpeg().toBuffer()),
  };
  await put('photos/mirrored.png', await sharp(original).flop().png().toBuffer());
  const { items } = await stack.get<{ items: UploadView[] }>(`/v1/uploads?similarTo=${first.id}&distance=11`);
  expect(items.map(({ id }) => id).toSorted()).toEqual(
    Object.values(copies)
      .map(({ id }) => id)
      .toSorted(),
  );
  const distances = items.map(({ distance }) => distance ?? 99);
  expect(distances).toEqual(distances.toSorted((a, b) => a - b));
  expect(distances[0]).toBe(0);
  const same = await stack.get<{ items: UploadView[] }>(
    `/v1/uploads?similarTo=${first.id}&distance=0&prefix=photos/same`,
  );
  expect(same.items.map(({ id }) => id)).toEqual([copies.same.id]);

  const flat = await put(
    'photos/flat.png',
    await sharp({ create: { width: 90, height: 60, channels: 3, background: '#fff' } })
      .png()
      .toBuffer(),
  );
  expect(flat).toMatchObject({ status: 'ready', perceptualHash: null });
  expect(await stack.get(`/v1/uploads?similarTo=${flat.id}`)).toMatchObject({
    code: 'upload.not_comparable',
  });
});
