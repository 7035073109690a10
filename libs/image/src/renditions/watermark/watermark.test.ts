import type { WatermarkSpec } from '#media';
import { LandfallError } from '#runtime';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import {
  apart,
  distance,
  limits,
  makeFolder,
  middlePixel,
  never,
  plain,
  renderOne,
  spec,
} from '../../fixtures/image.fixture.js';
import { renderImages } from '../render-images.js';
import type { RenderExtras } from '../plan/rendition-spec.js';

const folder = await makeFolder();
afterAll(() => folder[Symbol.asyncDispose]());

const grey = [100, 100, 100] as const;
const photo = await folder.write('photo.png', await plain(grey, 400, 200).png().toBuffer());
const clear = await folder.write(
  'clear.png',
  await plain([...grey, 0], 400, 200)
    .png()
    .toBuffer(),
);
const logo = await folder.write('logo.png', await plain([250, 10, 10], 20, 10).png().toBuffer());
const extras: RenderExtras = { watermarks: new Map([['logo.png', logo]]) };

const mark = (more: Partial<WatermarkSpec> = {}): WatermarkSpec => ({
  objectKey: 'logo.png',
  gravity: 'southeast',
  opacity: 1,
  width: 0.2,
  margin: 0.05,
  color: '#ffffff',
  ...more,
});
const text = (more: Partial<WatermarkSpec> = {}) => mark({ objectKey: undefined, text: 'Landfall', ...more });

/** The smallest box round everything that is not as the plain picture was. */
async function boxOfChanges(
  image: Uint8Array,
): Promise<{ left: number; top: number; width: number; height: number }> {
  const { data, info } = await sharp(image).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  let [left, top, right, bottom] = [info.width, info.height, -1, -1];
  for (let y = 0; y < info.height; y += 1) {
    for (let x = 0; x < info.width; x += 1) {
      if (apart([...data.subarray((y * info.width + x) * 3, (y * info.width + x) * 3 + 3)], grey) < 8)
        continue;
      [left, top, right, bottom] = [
        Math.min(left, x),
        Math.min(top, y),
        Math.max(right, x),
        Math.max(bottom, y),
      ];
    }
  }
  return { left, top, width: right - left + 1, height: bottom - top + 1 };
}

describe('a picture', () => {
  // 400 × 200: the mark is 80 × 40, the margin 10.
  it.each([
    ['northwest', 10, 10],
    ['north', 160, 10],
    ['northeast', 310, 10],
    ['west', 10, 80],
    ['centre', 160, 80],
    ['east', 310, 80],
    ['southwest', 10, 150],
    ['south', 160, 150],
    ['southeast', 310, 150],
  ] as const)('lies in the %s at %i, %i', async (gravity, left, top) => {
    const { data } = await renderOne(photo, { width: 400, watermark: mark({ gravity }) }, extras);
    expect(await boxOfChanges(data)).toEqual({ left, top, width: 80, height: 40 });
    const reference = plain(grey, 400, 200).composite([
      { input: await plain([250, 10, 10], 80, 40).png().toBuffer(), left, top },
    ]);
    expect(await distance(sharp(data), sharp(await reference.removeAlpha().png().toBuffer()))).toBeLessThan(
      1,
    );
  });

  it.each([1, 0.5, 0.1])('is as opaque as %f', async (opacity) => {
    const { data } = await renderOne(
      photo,
      { width: 400, watermark: mark({ gravity: 'centre', opacity }) },
      extras,
    );
    const blend = (over: number) => Math.round(100 + (over - 100) * opacity);
    expect(apart(await middlePixel(data), [blend(250), blend(10), blend(10)])).toBeLessThanOrEqual(1);
    expect((await sharp(data).metadata()).hasAlpha).toBe(false);
  });

  it('keeps its own transparency, faded', async () => {
    const soft = await folder.write('soft.png', await plain([250, 10, 10, 128], 20, 10).png().toBuffer());
    const watermarks = new Map([['logo.png', soft]]);
    const watermark = mark({ gravity: 'centre', opacity: 0.5 });
    const { data } = await renderOne(photo, { width: 400, watermark }, { watermarks });
    expect(apart(await middlePixel(data), [137, 78, 78])).toBeLessThanOrEqual(2);
    const onClear = await renderOne(clear, { width: 400, watermark }, { watermarks });
    expect(apart(await middlePixel(onClear.data), [250, 10, 10, 64])).toBeLessThanOrEqual(2);
  });

  it.each(['webp', 'jpeg', 'avif'] as const)('is in a %s too', async (format) => {
    const watermark = mark({ gravity: 'centre', width: 0.5 });
    const { data } = await renderOne(photo, { width: 400, format, quality: 95, watermark }, extras);
    expect(apart(await middlePixel(data), [250, 10, 10])).toBeLessThanOrEqual(12);
  });

  it('lies within the frame of a picture that is padded, and of one that is cut', async () => {
    const watermark = mark({ gravity: 'south', margin: 0 });
    const size = { width: 100, height: 100, watermark } as const;
    for (const fit of ['contain', 'cover'] as const) {
      const { data } = await renderOne(photo, { ...size, fit, background: '#646464' }, extras);
      expect(await boxOfChanges(data)).toEqual({ left: 40, top: 90, width: 20, height: 10 });
    }
  });

  it('is made smaller where it is higher than the rendition, and a pixel at least', async () => {
    const pole = await folder.write('pole.png', await plain([250, 10, 10], 10, 1_000).png().toBuffer());
    const watermarks = new Map([['logo.png', pole]]);
    const { data } = await renderOne(photo, { width: 400, watermark: mark({ width: 1 }) }, { watermarks });
    expect(await boxOfChanges(data)).toEqual({ left: 388, top: 10, width: 2, height: 180 });
    const dot = await folder.write('dot.png', await plain(grey, 1, 1).png().toBuffer());
    const all = await renderOne(dot, { watermark: mark({ margin: 0.5 }) }, extras);
    expect(apart(await middlePixel(all.data), [250, 10, 10])).toBeLessThanOrEqual(1);
    const line = await folder.write('line.png', await plain(grey, 3_000, 1).png().toBuffer());
    expect(await renderOne(line, { width: 3_000, watermark: mark({ margin: 0.5 }) }, extras)).toMatchObject({
      height: 1,
    });
  });
});

describe('a text', () => {
  it('is drawn in its colour, as wide as told, in its corner', async () => {
    const watermark = text({ color: '#00ff00', width: 0.5, gravity: 'northwest' });
    const { data } = await renderOne(photo, { width: 400, watermark }, {});
    const box = await boxOfChanges(data);
    expect(box.width).toBeGreaterThan(180);
    expect(box.width).toBeLessThanOrEqual(200);
    expect(box.left).toBeGreaterThanOrEqual(10);
    expect(box.top).toBeGreaterThanOrEqual(10);
    const { dominant, channels } = await sharp(data).extract(box).stats();
    expect(dominant.r).toBeLessThan(120);
    expect(channels[1]?.max).toBeGreaterThan(240);
  });

  it('is drawn as it is, not as markup', async () => {
    const watermark = text({ text: '<b>&amp; © "Müller" \u0007 目录', width: 0.9 });
    const { data } = await renderOne(photo, { width: 400, watermark }, {});
    expect((await boxOfChanges(data)).width).toBeGreaterThan(250);
  });

  it('of two hundred letters is thin, and of one fills the height', async () => {
    for (const letters of ['W'.repeat(200), 'W']) {
      const { data } = await renderOne(
        photo,
        { width: 400, watermark: text({ text: letters, width: 1 }) },
        {},
      );
      const { width, height } = await boxOfChanges(data);
      expect(Math.max(width / 380, height / 180)).toBeGreaterThan(0.7);
    }
  });

  it.each([
    ['in Chinese', '© 你好，世界', []],
    ['with a character of no font', '你好 \ue123', ['rendition.missing_glyphs']],
  ])('%s tells its warnings', async (_, letters, warnings) => {
    const made = await renderOne(photo, { width: 400, watermark: text({ text: letters }) }, {});
    expect(made.warnings).toEqual(warnings);
    expect((await renderOne(photo, { watermark: mark() }, extras)).warnings).toEqual([]);
  });

  it('of two lines has them one below the other', async () => {
    const boxes = [];
    for (const letters of ['第一', '第一\n第二']) {
      const { data } = await renderOne(photo, { width: 400, watermark: text({ text: letters }) }, {});
      boxes.push(await boxOfChanges(data));
    }
    const [one, two] = boxes;
    expect(two?.height).toBeGreaterThan(2 * (one?.height ?? Infinity));
    expect(two?.width).toBeGreaterThan(75);
  });

  it('that shows nothing is refused', async () => {
    const watermark = text({ text: ' \u0007\n' });
    await expect(renderOne(photo, { watermark }, {})).rejects.toMatchObject({
      code: 'rendition.watermark_unusable',
    });
  });
});

describe('a watermark that cannot be used', () => {
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>';
  const huge = () =>
    sharp({ create: { width: 5_000, height: 5_000, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
  it.each<[string, () => Promise<string | LandfallError | undefined>, RegExp]>([
    ['is not there', async () => new LandfallError('object.missing'), /logo\.png: .*no longer in the bucket/],
    ['was not fetched', async () => undefined, /logo\.png was not fetched/],
    ['is no picture', () => folder.write('bad', 'logo'), /logo\.png: /],
    ['is empty', () => folder.write('bad', ''), /logo\.png: /],
    [
      'is cut off',
      async () => folder.write('bad', (await plain([1, 2, 3]).png().toBuffer()).subarray(0, 60)),
      /logo\.png: /,
    ],
    ['is a drawing that was not opened', () => folder.write('bad', svg), /logo\.png: /],
    ['has too many pixels', async () => folder.write('bad', await huge()), /5000 × 5000 pixels/],
  ])('because it %s fails its rendition, and the others are made', async (_, picture, why) => {
    const found = await picture();
    const watermarks = new Map(found === undefined ? [] : [['logo.png', found] as const]);
    const made: string[] = [];
    const specs = [spec('marked', { watermark: mark() }), spec('bare'), spec('text', { watermark: text() })];
    const keep = async ({ name }: { name: string }) => {
      made.push(name);
    };
    const failed: [string, LandfallError][] = [];
    const fail = async (name: string, error: LandfallError) => {
      failed.push([name, error]);
    };
    const work = { file: photo, specs, limits, signal: never, onRendition: keep, extras: { watermarks } };
    await renderImages({ ...work, onFailure: fail });
    expect(made).toEqual(['bare', 'text']);
    expect(failed).toEqual([
      [
        'marked',
        expect.objectContaining({
          code: 'rendition.watermark_unusable',
          message: expect.stringMatching(why),
        }),
      ],
    ]);
    await expect(renderImages(work)).rejects.toThrow(why);
  });
});
