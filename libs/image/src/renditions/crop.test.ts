import type { ImageSpec } from '#media';
import sharp, { type Sharp } from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { boxAround } from './crop.js';
import { distance, makeFolder, plain, renderOne, rawOf } from '../fixtures/image.fixture.js';
import type { FocalPoint } from './plan/rendition-spec.js';

const folder = await makeFolder();
afterAll(() => folder[Symbol.asyncDispose]());

const cover = { fit: 'cover', width: 100, height: 100 } as const;

/** A picture whose red tells how far right a pixel is, and whose green how far down. */
function map(width: number, height: number): Sharp {
  const data = Buffer.alloc(width * height * 3);
  for (let at = 0; at < width * height; at += 1) {
    data[at * 3] = Math.round((255 * (at % width)) / (width - 1));
    data[at * 3 + 1] = Math.round((255 * Math.floor(at / width)) / (height - 1));
  }
  return sharp(data, { raw: { width, height, channels: 3 } });
}

describe('a focal point', () => {
  it.each<[x: number, y: number, width: number, height: number, left: number, top: number]>([
    [0.5, 0.5, 400, 200, 50, 0],
    [0, 0, 400, 200, 0, 0],
    [1, 1, 400, 200, 100, 0],
    [0.3, 0.9, 400, 200, 10, 0],
    [0.6, 0.1, 200, 400, 0, 0],
    [0.6, 0.7, 200, 400, 0, 90],
    [0.999, 0.999, 200, 400, 0, 100],
  ])('at %f, %f of %i × %i keeps the window at %i, %i', async (...[x, y, width, height, left, top]) => {
    const original = map(width, height);
    const file = await folder.write('map.png', await original.clone().png().toBuffer());
    const { data } = await renderOne(file, { ...cover, position: 'focal' }, { focus: { x, y } });
    const whole = await original
      .resize(width / 2, height / 2, { fit: 'fill' })
      .png()
      .toBuffer();
    const window = { left, top, width: 100, height: 100 };
    expect(await distance(data, sharp(whole).extract(window))).toBeLessThan(0.5);
    const byTwo = (at: number) => (at >= 2 ? at - 2 : at + 2);
    const moved = width > height ? { ...window, left: byTwo(left) } : { ...window, top: byTwo(top) };
    expect(await distance(data, sharp(whole).extract(moved))).toBeGreaterThan(0.9);
  });

  it.each<[string, FocalPoint | null | undefined]>([
    ['null', null],
    ['undefined', undefined],
  ])('that is %s means the middle', async (_, focus) => {
    const file = await folder.write('map.png', await map(400, 200).png().toBuffer());
    const focal = await renderOne(file, { ...cover, position: 'focal' }, { focus });
    const centre = await renderOne(file, cover);
    expect(await distance(focal.data, centre.data)).toBe(0);
  });

  it('counts only where the spec asks for it', async () => {
    const file = await folder.write('map.png', await map(400, 200).png().toBuffer());
    const centre = await renderOne(file, cover, { focus: { x: 0, y: 0 } });
    expect(await distance(centre.data, (await renderOne(file, cover)).data)).toBe(0);
  });

  it('is a point of the upright picture', async () => {
    const turned = await map(400, 200).withMetadata({ orientation: 8 }).png().toBuffer();
    const file = await folder.write('turned.png', turned);
    const { data } = await renderOne(file, { ...cover, position: 'focal' }, { focus: { x: 0, y: 0 } });
    const upright = await sharp(turned).autoOrient().resize(100, 200, { fit: 'fill' }).png().toBuffer();
    expect(
      await distance(data, sharp(upright).extract({ left: 0, top: 0, width: 100, height: 100 })),
    ).toBeLessThan(0.5);
  });

  it('never leaves the picture', () => {
    for (const x of [0, 0.1, 0.49, 0.5, 1]) {
      const box = boxAround({ x, y: x }, { width: 7, height: 3 }, { width: 4, height: 3 });
      expect(box.left).toBeGreaterThanOrEqual(0);
      expect(box.left + box.width).toBeLessThanOrEqual(7);
      expect(box.top).toBe(0);
    }
  });
});

/** A dull wall with a bright ball that has some structure. */
async function ballAt(left: number, top: number, width: number, height: number): Promise<Buffer> {
  const ball = Buffer.from(
    `<svg width="80" height="80"><circle cx="40" cy="40" r="38" fill="#e8743b"/><circle cx="30" cy="28" r="12" fill="#ffe9d6"/><path d="M10 50 Q40 75 70 50" stroke="#7a2e0e" stroke-width="6" fill="none"/></svg>`,
  );
  sharp.unblock({ operation: ['VipsForeignLoadSvg'] });
  const drawn = await sharp(ball).png().toBuffer();
  sharp.block({ operation: ['VipsForeignLoadSvg'] });
  return plain([128, 132, 136], width, height)
    .composite([{ input: drawn, left, top }])
    .png()
    .toBuffer();
}

/** How many of the pixels are of the ball's orange. */
async function shareOfBall(image: Uint8Array): Promise<number> {
  const { data, info } = await rawOf(image);
  let pixels = 0;
  for (let at = 0; at < data.length; at += info.channels) {
    if ((data[at] ?? 0) - (data[at + 2] ?? 0) > 100) pixels += 1;
  }
  return pixels / (info.width * info.height);
}

describe.each(['attention', 'entropy'] as const)('position %s', (position) => {
  it.each<[number, number, number, number, Partial<ImageSpec>]>([
    [20, 60, 600, 200, {}],
    [500, 60, 600, 200, {}],
    [60, 20, 200, 600, {}],
    [60, 500, 200, 600, {}],
    [10, 60, 600, 200, { width: 300, height: 300, enlarge: true }],
    [60, 490, 200, 600, { width: 300, height: 300, enlarge: true }],
  ])('keeps the ball at %i, %i of %i × %i (%o)', async (...[left, top, width, height, more]) => {
    const file = await folder.write('ball.png', await ballAt(left, top, width, height));
    const spec = { ...cover, ...more };
    const kept = await renderOne(file, { ...spec, position });
    expect([kept.width, kept.height]).toEqual([spec.width, spec.height]);
    const whole = (await shareOfBall(await sharp(file).toBuffer())) * 3;
    expect(await shareOfBall(kept.data)).toBeGreaterThan(whole * 0.9);
    expect(await shareOfBall((await renderOne(file, spec)).data)).toBeLessThan(whole * 0.1);
  });

  it.each([
    [1, 1],
    [10_000, 1],
    [1, 10_000],
    [101, 100],
  ])('does with %i × %i pixels', async (width, height) => {
    const file = await folder.write('small.png', await plain([9, 90, 200], width, height).png().toBuffer());
    for (const enlarge of [false, true]) {
      const image = await renderOne(file, { ...cover, position, enlarge });
      expect(image.width).toBe(enlarge ? 100 : Math.min(100, width));
      expect(image.height).toBe(enlarge ? 100 : Math.min(100, height));
    }
  });
});

describe('enlarge', () => {
  it.each<[Partial<ImageSpec>, number, number]>([
    [{ width: 120 }, 120, 60],
    [{ height: 120, width: undefined }, 240, 120],
    [{ width: 120, height: 120 }, 120, 60],
    [{ width: 120, height: 120, fit: 'contain' }, 120, 120],
    [{ width: 120, height: 120, fit: 'cover' }, 120, 120],
    [{ width: 16_383 }, 10_000, 5_000],
  ])('%o makes 40 × 20 to %i × %i', async (more, width, height) => {
    const file = await folder.write('e.png', await map(40, 20).png().toBuffer());
    const image = await renderOne(file, { enlarge: true, format: 'jpeg', ...more });
    expect([image.width, image.height]).toEqual([width, height]);
    expect(await sharp(image.data).metadata()).toMatchObject({ width, height });
  });

  it('cuts the window out before it scales', async () => {
    const file = await folder.write('e.png', await map(40, 20).png().toBuffer());
    const { data } = await renderOne(
      file,
      { width: 200, height: 200, fit: 'cover', position: 'focal', enlarge: true },
      { focus: { x: 1, y: 0 } },
    );
    const window = await map(40, 20).extract({ left: 20, top: 0, width: 20, height: 20 }).png().toBuffer();
    expect(await distance(data, sharp(window).resize(200, 200))).toBeLessThan(1);
  });

  it('does not make gigabytes of a line', async () => {
    const file = await folder.write('line.png', await plain([9, 90, 200], 10_000, 1).png().toBuffer());
    for (const fit of ['inside', 'cover', 'contain'] as const) {
      const image = await renderOne(file, { width: 4_000, height: 4_000, fit, enlarge: true });
      expect(image.width).toBe(4_000);
    }
  });
});

describe('one side', () => {
  it('may be the height alone', async () => {
    const file = await folder.write('h.png', await map(400, 200).png().toBuffer());
    const { width, height } = await renderOne(file, { width: undefined, height: 50, fit: 'cover' });
    expect([width, height]).toEqual([100, 50]);
  });
});
