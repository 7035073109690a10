import sharp, { type Sharp } from 'sharp';
import { ossClient, type Stack } from '#testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { callbackBody, putToEnd, startPipelines } from '../fixtures/uploads.fixture.js';

const pipelines = `
version: 1
pipelines:
  - name: marked
    match: { kind: image, key: marked/** }
    renditions:
      - { name: logo, kind: image, width: 100, format: png, watermark: { objectKey: brand/logo.png, opacity: 1, margin: 0, width: 0.5 } }
      - { name: lost, kind: image, width: 100, watermark: { objectKey: brand/lost.png } }
      - { name: huge, kind: image, width: 100, watermark: { objectKey: brand/huge.png } }
      - { name: broken, kind: image, width: 100, watermark: { objectKey: brand/broken.png } }
      - { name: drawn, kind: image, width: 100, format: png, watermark: { objectKey: brand/logo.svg, opacity: 1, margin: 0, width: 0.5 } }
      - { name: bare, kind: image, width: 100 }
      - { name: late, kind: image, width: 20, format: avif, watermark: { objectKey: brand/logo.png } }
  - name: everything
    match: { kind: image, maxBytes: 1000000 }
    continue: true
    renditions:
      - { name: focal, kind: image, width: 50, height: 50, fit: cover, position: focal, format: png }
      - { name: best, kind: image, width: 50, format: avif }
  - name: acme
    match: { kind: image, vars: { tenant: acme } }
    renditions:
      - { name: same, kind: image, width: 50, format: keep, animated: true }
  - name: others
    match: { kind: image, mimeType: [image/jpeg, image/png] }
    renditions:
      - { name: same, kind: image, width: 50, format: keep }
      - { name: own, kind: image, width: 200, format: keep, keepOriginal: true }
`;

let stack: Stack;
beforeAll(async () => {
  stack = await startPipelines('postgres', pipelines);
});
afterAll(() => stack[Symbol.asyncDispose]());

function upload(key: string, content: Buffer, customValue: Record<string, string> = {}) {
  const fields = Object.keys(customValue).map((name) => `&x:${name}=\${x:${name}}`);
  return putToEnd(stack, key, content, { body: callbackBody + fields.join(''), customValue });
}

const bytesOf = async (url: string | null | undefined) =>
  Buffer.from(await (await fetch(url ?? '')).arrayBuffer());
const middleOf = async (image: Sharp) => {
  const { data, info } = await image.removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const at = (Math.floor(info.height / 2) * info.width + Math.floor(info.width / 2)) * 3;
  return [...data.subarray(at, at + 3)];
};

/** Red to the left, blue to the right. */
function halves(): Sharp {
  const blue = { create: { width: 100, height: 100, channels: 3, background: '#0000ff' } } as const;
  return sharp({ create: { width: 200, height: 100, channels: 3, background: '#ff0000' } }).composite([
    { input: blue, left: 100, top: 0 },
  ]);
}

test('several pipelines take an upload, its vars say what a crop keeps, and one that fits is kept', async () => {
  const vars = { tenant: 'acme', focus_x: '1', focus_y: '0.5' };
  const right = await upload('a/one.png', await halves().png().toBuffer(), vars);
  expect(right).toMatchObject({ status: 'ready', pipeline: 'everything+acme', vars });
  expect(right.renditions.map(({ name, mimeType }) => [name, mimeType])).toEqual([
    ['focal', 'image/png'],
    ['best', 'image/avif'],
    ['same', 'image/png'],
  ]);
  expect(await middleOf(sharp(await bytesOf(right.renditions[0]?.url)))).toEqual([0, 0, 255]);
  const original = await halves().jpeg({ quality: 100 }).toBuffer();
  const left = await upload('a/two.jpg', original, { focus_x: '0', focus_y: '0.5' });
  expect(left.pipeline).toBe('everything+others');
  expect((await middleOf(sharp(await bytesOf(left.renditions[0]?.url))))[0]).toBeGreaterThan(240);
  const own = left.renditions.find(({ name }) => name === 'own');
  expect(own).toMatchObject({ mimeType: 'image/jpeg', width: 200, height: 100, details: { kept: true } });
  expect(
    await sharp(await bytesOf(own?.url))
      .raw()
      .toBuffer(),
  ).toEqual(await sharp(original).raw().toBuffer());
});

test('an animation keeps its frames and delays', async () => {
  const roll = Buffer.concat([10, 120, 230].map((value) => Buffer.alloc(60 * 60 * 3, value)));
  const raw = { width: 60, height: 180, channels: 3, pageHeight: 60 } as const;
  const gif = await sharp(roll, { raw })
    .gif({ delay: [50, 200, 90], loop: 2 })
    .toBuffer();
  const { renditions } = await upload('a/moves.gif', gif, { tenant: 'acme' });
  const same = renditions.find(({ name }) => name === 'same');
  expect(await sharp(await bytesOf(same?.url)).metadata()).toMatchObject({
    format: 'gif',
    pages: 3,
    delay: [50, 200, 90],
    loop: 2,
  });
});

test('a watermark comes from the bucket; one that cannot be used fails its rendition alone', async () => {
  const green = { create: { width: 10, height: 10, channels: 3, background: '#00ff00' } } as const;
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9" fill="#00f"/></svg>';
  const pictures = {
    'logo.png': await sharp(green).png().toBuffer(),
    'huge.png': Buffer.concat([await sharp(green).png().toBuffer(), Buffer.alloc(4_194_304)]),
    'broken.png': (await sharp(green).png().toBuffer()).subarray(0, 50),
    'logo.svg': Buffer.from(svg),
  };
  for (const [name, bytes] of Object.entries(pictures)) await ossClient(stack).put(`brand/${name}`, bytes);
  for (const key of ['marked/a.png', 'marked/from-what-is-kept.png']) {
    const { status, error, renditions, placeholder } = await upload(key, await halves().png().toBuffer());
    expect({ status, error }).toMatchObject({
      status: 'failed',
      error: { code: 'rendition.watermark_unusable' },
    });
    expect(renditions.map(({ name, status }) => [name, status])).toEqual([
      ['logo', 'ready'],
      ['lost', 'failed'],
      ['huge', 'failed'],
      ['broken', 'failed'],
      ['drawn', 'ready'],
      ['bare', 'ready'],
      ['late', 'ready'],
    ]);
    for (const { name, status, error } of renditions.filter(({ status }) => status === 'failed')) {
      expect({ status, error: error?.code }).toEqual({
        status: 'failed',
        error: 'rendition.watermark_unusable',
      });
      expect(JSON.stringify(error)).toContain(`brand/${name}.png`);
    }
    expect(placeholder?.thumbHash).toMatch(/./);
    const corner = { left: 60, top: 10, width: 30, height: 30 };
    const [logo, , , , drawn] = await Promise.all(
      renditions.map(({ url }) => (url ? bytesOf(url) : Buffer.alloc(0))),
    );
    expect(await middleOf(sharp(logo).extract(corner))).toEqual([0, 255, 0]);
    expect(await middleOf(sharp(drawn).extract(corner))).toEqual([0, 0, 255]);
  }
});
