import type { ImageSpec } from '#media';
import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  distance,
  type Folder,
  makeFolder,
  photo,
  plain,
  render,
  renderOne,
  spec,
} from '../../fixtures/image.fixture.js';
import { pickQuality } from './pick-quality.js';
import { compareWith } from './ssimulacra2.js';

const auto = { quality: 'auto', format: 'webp' } as const satisfies Partial<ImageSpec>;
let folder: Folder;
let picture: string;

beforeAll(async () => {
  folder = await makeFolder();
  picture = await folder.write('photo.png', await png(await photo(900, 700)));
});
afterAll(() => folder[Symbol.asyncDispose]());

const png = (image: Sharp) => image.png({ compressionLevel: 0 }).toBuffer();

async function scoreOf(version: Buffer, lossless: Buffer): Promise<number> {
  const [one, other] = await Promise.all(
    [lossless, version].map((file) => sharp(file).removeAlpha().raw().toBuffer({ resolveWithObject: true })),
  );
  if (!one || !other) throw new Error('nothing was decoded');
  const { width, height } = one.info;
  return compareWith({ data: one.data, width, height })({ data: other.data, width, height });
}

describe('a photo', () => {
  it.each([
    ['webp', 320],
    ['jpeg', 320],
    ['avif', 200],
    // Larger than what is measured whole.
    ['jpeg', 900],
  ] as const)(
    'as %s, %i wide, reaches the target and is no larger than a higher quality',
    async (format, width) => {
      const { images } = await render(picture, [
        spec('auto', { ...auto, format, width }),
        spec('again', { ...auto, format, width, keepCopyright: true }),
        spec('best', { format, width, quality: 95 }),
        spec('lossless', { format: 'png', width }),
      ]);
      const [chosen, again, best, lossless] = images as [Image, Image, Image, Image];
      expect(chosen.chosen).toEqual({ quality: expect.any(Number), reason: 'target' });
      expect(chosen.chosen?.quality).toBeLessThan(95);
      expect(chosen.data.length).toBeLessThan(best.data.length);
      const score = await scoreOf(chosen.data, lossless.data);
      expect(score).toBeGreaterThan(71);
      expect(score).toBeLessThan(81);
      expect(again.data.equals(chosen.data)).toBe(true);
      expect(best.chosen).toBeUndefined();
    },
  );
});
type Image = Awaited<ReturnType<typeof renderOne>>;

it('a fixed quality has the bytes that it has without auto beside it', async () => {
  const fixed = spec('fixed', { format: 'webp', quality: 80 });
  const alone = await render(picture, [fixed]);
  const beside = await render(picture, [fixed, spec('auto', auto)]);
  expect(beside.images[0]?.data.equals(alone.images[0]?.data ?? Buffer.of())).toBe(true);
});

it('what is flat ends at the floor, and grain at the ceiling', async () => {
  const flat = await folder.write('flat.png', await png(plain([200, 30, 30], 400, 300)));
  const noise = sharp({
    create: {
      width: 200,
      height: 200,
      channels: 3,
      background: 'grey',
      noise: { type: 'gaussian', mean: 128, sigma: 90 },
    },
  });
  const grain = await folder.write('grain.png', await png(noise));
  expect((await renderOne(flat, auto)).chosen).toEqual({ quality: 66, reason: 'floor' });
  expect((await renderOne(grain, auto)).chosen).toEqual({ quality: 92, reason: 'ceiling' });
});

it.each([
  ['tiny.png', 63, 400],
  ['dot.png', 1, 1],
])('%s, of %i × %i, has the quality of a spec without one', async (name, width, height) => {
  const small = sharp(await png(await photo(600, 600))).resize(width, height, { fit: 'fill' });
  const file = await folder.write(name, await png(small));
  const made = await renderOne(file, auto);
  expect(made.chosen).toEqual({ quality: 80, reason: 'small' });
  expect(made.data.equals((await renderOne(file, { format: 'webp' })).data)).toBe(true);
});

it('keeps alpha, and is measured on both backgrounds', async () => {
  // White on nothing, black on nothing: on a background of its own colour neither shows.
  const [width, height] = [400, 300];
  const data = Buffer.alloc(width * height * 4);
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    const [x, y] = [pixel % width, Math.floor(pixel / width)];
    const grey = x < width / 2 ? 255 : 0;
    const inside = Math.hypot((x % (width / 2)) - 100, y - 150) < 90;
    data.set([grey, grey, grey, inside ? 100 + (y % 100) : 0], pixel * 4);
  }
  const file = await folder.write(
    'alpha.png',
    await png(sharp(data, { raw: { width, height, channels: 4 } })),
  );
  const made = await renderOne(file, auto);
  const fixed = await renderOne(file, { format: 'webp', quality: 95 });
  expect((await sharp(made.data).metadata()).hasAlpha).toBe(true);
  expect(made.chosen?.quality).toBeGreaterThanOrEqual(66);
  expect(made.data.length).toBeLessThanOrEqual(fixed.data.length);
  for (const grey of ['#fff', '#000']) {
    const [one, other] = [made, fixed].map(({ data }) => sharp(data).flatten({ background: grey }));
    expect(await distance(await png(one as Sharp), await png(other as Sharp))).toBeLessThan(3);
  }
});

it('an animation has the quality of a spec without one, and its first frame alone is measured', async () => {
  const frames = await Promise.all([10, 200].map((red) => png(plain([red, 90, 90], 120, 90))));
  const gif = await sharp(frames, { join: { animated: true } })
    .gif()
    .toBuffer();
  const file = await folder.write('two.gif', gif);
  const moving = await renderOne(file, { ...auto, animated: true });
  expect(moving.chosen).toEqual({ quality: 80, reason: 'animated' });
  expect((await sharp(moving.data).metadata()).pages).toBe(2);
  expect((await renderOne(file, auto)).chosen?.reason).toBe('floor');
});

it('HDR pixels have the quality of a spec without one', async () => {
  const formatted = { ...spec('one', auto), format: 'avif' as const };
  const picked = await pickQuality(plain([9, 9, 9], 100, 100), formatted, { frames: 1, codes: [9, 16] }, 10);
  expect(picked).toMatchObject({ quality: 80, chosen: { quality: 80, reason: 'hdr' } });
});

it('a kept format without loss has nothing to choose', async () => {
  const made = await renderOne(picture, { ...auto, format: 'keep' });
  expect(made.mimeType).toBe('image/png');
  expect(made.chosen).toBeUndefined();
});
