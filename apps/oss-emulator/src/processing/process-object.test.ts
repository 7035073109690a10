import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { bucket, useEmulator } from '../fixtures/emulator.fixture.js';
import { elementOf, sendRaw, sendSigned } from '../fixtures/requests.fixture.js';
import {
  animation,
  bitmap,
  blue,
  describeImage,
  halves,
  hasColor,
  opacityAt,
  red,
  white,
  withJfif,
} from '../images/pictures.fixture.js';

const emulator = useEmulator();

const get = (key: string, process: string) =>
  sendSigned(emulator.url, { key, query: { 'x-oss-process': process } });
const describeAnswer = async (key: string, process: string) => describeImage((await get(key, process)).body);

beforeAll(async () => {
  const client = emulator.client();
  const files: [string, Buffer][] = [
    ['a.jpg', await halves(400, 200).jpeg({ quality: 90 }).toBuffer()],
    ['a.png', await halves(400, 200).png().toBuffer()],
    ['a.webp', await halves(400, 200).webp().toBuffer()],
    ['a.tiff', await halves(400, 200).tiff().toBuffer()],
    ['a.gif', await animation(60, 40)],
    [
      'turned.jpg',
      await halves(424, 333)
        .withExif({
          IFD0: { Make: 'Landfall', XResolution: '96/1' },
          IFD2: { ExposureTime: '1/60', DateTimeOriginal: '2026:01:15 08:30:00' },
          IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '30/1 16/1 264/10' },
        })
        .withMetadata({ orientation: 7 })
        .jpeg()
        .toBuffer(),
    ],
    ['jfif.jpg', withJfif(await halves(400, 267).jpeg().toBuffer())],
    ['cut.jpg', (await halves(400, 200).jpeg().toBuffer()).subarray(0, 700)],
    ['a.bmp', bitmap(3, 2)],
  ];
  for (const [key, bytes] of files) await client.put(key, bytes);
});

describe('image/info', () => {
  test.each([
    ['a.jpg', { Format: 'jpg', ImageWidth: '400', ImageHeight: '200', FrameCount: '1' }],
    ['a.png', { Format: 'png', ImageWidth: '400', ImageHeight: '200' }],
    ['a.webp', { Format: 'webp', ImageWidth: '400', ImageHeight: '200' }],
    ['a.tiff', { Format: 'tiff', ImageWidth: '400', ImageHeight: '200' }],
    ['a.gif', { Format: 'gif', ImageWidth: '60', ImageHeight: '40', FrameCount: '3' }],
    ['a.bmp', { Format: 'bmp', ImageWidth: '3', ImageHeight: '2', FrameCount: '1', FileSize: '78' }],
  ])('tells about %s, every value as a text', async (key, values) => {
    const { status, headers, text } = await get(key, 'image/info');
    expect([status, headers['content-type']]).toEqual([200, 'application/json']);
    const members = Object.entries(values).map(([name, value]) => [name, { value }]);
    expect(JSON.parse(text)).toMatchObject(Object.fromEntries(members) as object);
  });

  test('is written as OSS writes it', async () => {
    const { text } = await get('jfif.jpg', 'image/info');
    const { length } = await readObject('jfif.jpg');
    // OSS's documentation has this example.
    expect(text).toBe(
      `{
  "FileSize": {"value": "${length}"},
  "Format": {"value": "jpg"},
  "FrameCount": {"value": "1"},
  "ImageHeight": {"value": "267"},
  "ImageWidth": {"value": "400"},
  "ResolutionUnit": {"value": "1"},
  "XResolution": {"value": "1/1"},
  "YResolution": {"value": "1/1"}
}`,
    );
  });

  test('tells the EXIF tags, numbers as they are', async () => {
    const { text } = await get('turned.jpg', 'image/info');
    expect(JSON.parse(text)).toMatchObject({
      ImageWidth: { value: '424' },
      Orientation: { value: '7' },
      Make: { value: 'Landfall' },
      ExposureTime: { value: '1/60' },
      DateTimeOriginal: { value: '2026:01:15 08:30:00' },
      GPSLatitudeRef: { value: 'North' },
      GPSLatitude: { value: `30deg 16' 26.4" ` },
    });
  });
});

describe('image/resize', () => {
  test.each([
    ['w_100', 100, 50],
    ['h_50', 100, 50],
    ['l_100', 100, 50],
    ['s_50', 100, 50],
    ['p_25', 100, 50],
    ['w_100,h_100', 100, 50],
    ['m_mfit,w_100,h_100', 200, 100],
    ['m_fill,w_100,h_100', 100, 100],
    ['m_pad,w_100,h_100', 100, 100],
    ['m_fixed,w_100,h_100', 100, 100],
    ['w_800', 400, 200],
    ['w_800,limit_1', 400, 200],
    ['w_800,limit_0', 800, 400],
    ['w_999,w_100', 100, 50],
  ])('%s makes %i × %i', async (parameters, width, height) => {
    expect(await describeAnswer('a.jpg', `image/resize,${parameters}`)).toMatchObject({
      format: 'jpeg',
      width,
      height,
    });
  });

  test.each(['jpg', 'png', 'webp', 'tiff', 'gif'])('keeps the format of %s', async (format) => {
    const { headers, body } = await get(`a.${format}`, 'image/resize,w_30');
    const mime = format === 'jpg' ? 'jpeg' : format;
    expect(headers['content-type']).toBe(`image/${mime}`);
    expect(await describeImage(body)).toMatchObject({ format: mime, width: 30 });
  });

  test('cuts from the middle, pads with a color, or distorts', async () => {
    const filled = (await get('a.png', 'image/resize,m_fill,w_100,h_100')).body;
    expect(await hasColor(filled, [2, 50], red)).toBe(true);
    expect(await hasColor(filled, [97, 50], blue)).toBe(true);
    const padded = (await get('a.png', 'image/resize,m_pad,w_100,h_100,color_FF0000')).body;
    expect(await hasColor(padded, [80, 10], [255, 0, 0])).toBe(true);
    expect(await hasColor(padded, [80, 50], blue)).toBe(true);
    const whitePad = (await get('a.jpg', 'image/resize,m_pad,w_100,h_100')).body;
    expect(await hasColor(whitePad, [80, 10], white)).toBe(true);
    const fixed = (await get('a.png', 'image/resize,m_fixed,w_100,h_100')).body;
    expect(await hasColor(fixed, [80, 2], blue)).toBe(true);
  });

  test('keeps the frames of an animation, which never grows; not when it goes by percent', async () => {
    expect(await describeAnswer('a.gif', 'image/resize,w_30')).toMatchObject({
      width: 30,
      height: 20,
      pages: 3,
    });
    expect(await describeAnswer('a.gif', 'image/resize,w_120,limit_0')).toMatchObject({
      width: 60,
      pages: 3,
    });
    expect(await describeAnswer('a.gif', 'image/resize,w_30/crop,w_10,h_10')).toMatchObject({
      width: 10,
      height: 10,
      pages: 3,
    });
    expect(await describeAnswer('a.gif', 'image/resize,p_50')).toMatchObject({ width: 30, pages: 1 });
  });

  test('leaves how to turn the picture as it is; auto-orient,1 turns it first, wherever it stands', async () => {
    expect(await describeAnswer('turned.jpg', 'image/resize,w_100')).toMatchObject({
      width: 100,
      height: 79,
      orientation: 7,
    });
    // OSS's documentation has this example.
    expect(await describeAnswer('turned.jpg', 'image/resize,w_100/auto-orient,1')).toMatchObject({
      width: 100,
      height: 127,
      orientation: undefined,
    });
    expect(await describeAnswer('turned.jpg', 'image/auto-orient,0/resize,w_100')).toMatchObject({
      height: 79,
    });
  });
});

describe('other actions', () => {
  test.each([
    ['image/crop,x_150,w_100,h_100', 100, 100, 'jpeg'],
    ['image/crop,w_100,h_100,x_100,y_100,r_1', 100, 100, 'jpeg'],
    ['image/indexcrop,x_150,i_2', 100, 200, 'jpeg'],
    ['image/rotate,90', 200, 400, 'jpeg'],
    ['image/rotate,180', 400, 200, 'jpeg'],
    ['image/resize,w_100/rotate,90', 50, 100, 'jpeg'],
    ['image/rotate,90/resize,w_100', 100, 200, 'jpeg'],
    ['image/rotate,90/crop,h_10/rotate,90', 10, 200, 'jpeg'],
    ['image/format,png', 400, 200, 'png'],
    ['image/resize,w_10/format,webp', 10, 5, 'webp'],
    ['image/format,gif', 400, 200, 'jpeg'],
    ['image/circle,r_20', 41, 41, 'jpeg'],
    ['image/interlace,1', 400, 200, 'jpeg'],
  ])('%s makes %i × %i, %s', async (process, width, height, format) => {
    expect(await describeAnswer('a.jpg', process)).toMatchObject({ format, width, height });
  });

  test('rotate turns clockwise, and makes room', async () => {
    const turned = (await get('a.png', 'image/rotate,90')).body;
    expect(await hasColor(turned, [100, 10], red)).toBe(true);
    expect(await hasColor(turned, [100, 390], blue)).toBe(true);
    const { width = 0, height = 0 } = await describeAnswer('a.jpg', 'image/rotate,45');
    expect([width, height].every((side) => Math.abs(side - 600 / Math.SQRT2) < 4)).toBe(true);
  });

  test.each(['circle,r_50', 'rounded-corners,r_50'])(
    '%s is transparent outside, or white',
    async (action) => {
      const png = (await get('a.jpg', `image/${action}/format,png`)).body;
      expect([await opacityAt(png, [0, 0]), await opacityAt(png, [50, 50])]).toEqual([0, 255]);
      const jpg = (await get('a.jpg', `image/${action}`)).body;
      expect(await hasColor(jpg, [0, 0], white)).toBe(true);
    },
  );

  test('quality makes a JPEG smaller, but never better than it was', async () => {
    const sizeOf = async (process: string) => (await get('a.jpg', process)).body.length;
    const good = await sizeOf('image/quality,Q_90');
    expect(await sizeOf('image/quality,Q_10')).toBeLessThan(good);
    expect(await sizeOf('image/quality,q_10')).toBeLessThan(good);
    expect(await sizeOf('image/quality,Q_100')).toBe(good);
    expect(await sizeOf('image/quality,q_100')).toBe(good);
  });
});

describe('a processed image', () => {
  test('comes with what is known of its object, but not with checksums of other bytes', async () => {
    const plain = await sendSigned(emulator.url, { key: 'a.jpg' });
    const { headers, body } = await get('a.jpg', 'image/resize,w_10');
    expect(headers).toMatchObject({
      etag: plain.headers.etag,
      'last-modified': plain.headers['last-modified'],
      'content-length': String(body.length),
    });
    expect(Object.keys(headers)).not.toContain('content-md5');
    expect(Object.keys(headers)).not.toContain('x-oss-hash-crc64ecma');
  });

  test('is told by HEAD, and by 304 when it is known', async () => {
    const query = { 'x-oss-process': 'image/resize,w_10' };
    const read = await sendSigned(emulator.url, { key: 'a.jpg', query });
    const head = await sendSigned(emulator.url, { method: 'HEAD', key: 'a.jpg', query });
    expect([head.status, head.headers['content-length']]).toEqual([200, read.headers['content-length']]);
    const headers = { 'if-none-match': read.headers.etag ?? '' };
    expect((await sendSigned(emulator.url, { key: 'a.jpg', query, headers })).status).toBe(304);
  });

  test('is had through a symlink, and not of an archived object', async () => {
    await emulator.client().putSymlink('link', 'a.jpg', {});
    expect(await describeAnswer('link', 'image/resize,w_10')).toMatchObject({ width: 10 });
    const headers = { 'x-oss-storage-class': 'Archive' };
    await sendSigned(emulator.url, {
      method: 'PUT',
      key: 'cold.jpg',
      body: await readObject('a.jpg'),
      headers,
    });
    const cold = await get('cold.jpg', 'image/info');
    expect([cold.status, elementOf(cold.text, 'Code')]).toEqual([403, 'InvalidObjectState']);
  });

  test('leaves no file behind', async () => {
    await get('a.jpg', 'image/resize,w_10');
    await get('cut.jpg', 'image/resize,w_10');
    expect(await readdir(join(emulator.dataDir, 'incoming'))).toEqual([]);
  });

  test.each(['V1', 'V4'] as const)('is had by the real client with %s signatures', async (signature) => {
    const client = emulator.client(signature);
    const process = 'image/resize,w_200';
    const address =
      signature === 'V1'
        ? client.signatureUrl('a.jpg', { process })
        : await (client as unknown as UrlSigner).signatureUrlV4(
            'GET',
            60,
            { queries: { 'x-oss-process': process } },
            'a.jpg',
          );
    const answer = await fetch(address);
    expect(await describeImage(Buffer.from(await answer.arrayBuffer()))).toMatchObject({ width: 200 });
    const changed = await fetch(address.replace('w_200', 'w_300'));
    expect(changed.status).toBe(403);
    const folder = await mkdtemp(join(tmpdir(), 'process-object-'));
    await client.get('a.jpg', join(folder, 'small.jpg'), { process });
    expect(await describeImage(await readFile(join(folder, 'small.jpg')))).toMatchObject({ width: 200 });
    await rm(folder, { recursive: true });
  });

  test('is had without a signature, if anybody may read the object', async () => {
    const target = `/${bucket}/open.jpg?x-oss-process=image/info`;
    const body = await readObject('a.jpg');
    await sendSigned(emulator.url, { method: 'PUT', key: 'open.jpg', body });
    expect((await sendRaw(emulator.url, { target })).status).toBe(403);
    await sendSigned(emulator.url, {
      method: 'PUT',
      key: 'open.jpg',
      body,
      headers: { 'x-oss-object-acl': 'public-read' },
    });
    expect((await sendRaw(emulator.url, { target })).status).toBe(200);
  });
});

interface UrlSigner {
  signatureUrlV4(method: string, expiresS: number, request: object, key: string): Promise<string>;
}

async function readObject(key: string): Promise<Buffer> {
  return (await sendSigned(emulator.url, { key })).body;
}
