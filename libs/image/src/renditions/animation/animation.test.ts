import type { ImageSpec } from '#media';
import sharp, { type Sharp } from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { renderImages } from '../render-images.js';
import {
  apart,
  never,
  distance,
  limits,
  makeFolder,
  middlePixel,
  plain,
  render,
  renderOne,
  spec,
} from '../../fixtures/image.fixture.js';

const folder = await makeFolder();
afterAll(() => folder[Symbol.asyncDispose]());

const colors = [
  [220, 20, 20],
  [20, 200, 40],
  [30, 60, 220],
  [230, 220, 40],
] as const;
const delay = [40, 120, 500, 80];
const loop = 3;

/** Frames of one colour each, with a white bar that walks to the right. */
function frames(width = 80, height = 40): Sharp {
  const roll = Buffer.alloc(width * height * 3 * colors.length);
  for (const [frame, color] of colors.entries()) {
    for (let at = 0; at < width * height; at += 1) {
      const isBar = Math.floor((at % width) / 10) === frame * 2;
      roll.set(isBar ? [255, 255, 255] : color, (frame * width * height + at) * 3);
    }
  }
  return sharp(roll, { raw: { width, height: height * colors.length, channels: 3, pageHeight: height } });
}

const inputs = {
  gif: () => frames().gif({ delay, loop }).toBuffer(),
  webp: () => frames().webp({ delay, loop, lossless: true }).toBuffer(),
};

/** Each frame of an animation as a picture of its own. */
async function framesOf(data: Uint8Array): Promise<Buffer[]> {
  const { pages = 1 } = await sharp(data).metadata();
  return Promise.all(
    Array.from({ length: pages }, (_, page) => sharp(data, { page }).removeAlpha().png().toBuffer()),
  );
}

describe.each([
  ['gif', 'webp', 'webp'],
  ['gif', 'keep', 'gif'],
  ['webp', 'keep', 'webp'],
  ['webp', 'webp', 'webp'],
] as const)('%s as %s', (input, format, output) => {
  it('has the frames, delays and loop count of the original', async () => {
    const bytes = await inputs[input]();
    const file = await folder.write(`a.${input}`, bytes);
    expect(await sharp(bytes).metadata()).toMatchObject({ pages: 4, delay, loop });
    const image = await renderOne(file, { animated: true, format, width: 40, quality: 90 });
    expect(image).toMatchObject({ width: 40, height: 20, mimeType: `image/${output}` });
    expect(await sharp(image.data, { animated: true }).metadata()).toMatchObject({
      format: output,
      pages: 4,
      width: 40,
      pageHeight: 20,
      delay,
      loop,
    });
    const originals = await framesOf(bytes);
    for (const [index, frame] of (await framesOf(image.data)).entries()) {
      expect(await distance(frame, sharp(originals[index]).resize(40, 20))).toBeLessThan(12);
    }
  });

  it.each<[Partial<ImageSpec>, number, number]>([
    [{ width: 20, height: 20, fit: 'cover' }, 20, 20],
    [{ width: 40, height: 40, fit: 'contain', background: '#000000' }, 40, 40],
    [{ width: 160, enlarge: true }, 160, 80],
    [{ width: 100, height: 100, fit: 'cover', enlarge: true }, 100, 100],
    [{ width: 20, height: 20, fit: 'cover', position: 'attention' }, 20, 20],
    [{ width: 20, height: 20, fit: 'cover', position: 'entropy' }, 20, 20],
    [{ width: 90, height: 90, fit: 'cover', position: 'attention', enlarge: true }, 90, 90],
    [{ width: 40, sharpen: 1, keepCopyright: true, keepProfile: true }, 40, 20],
    [{ width: 40, watermark: { ...mark(), text: 'x' } }, 40, 20],
  ])('%o becomes %i × %i in every frame', async (more, width, height) => {
    const file = await folder.write(`b.${input}`, await inputs[input]());
    const image = await renderOne(file, { animated: true, format, ...more });
    expect([image.width, image.height]).toEqual([width, height]);
    expect(await sharp(image.data, { animated: true }).metadata()).toMatchObject({
      pages: 4,
      width,
      pageHeight: height,
      delay,
      loop,
    });
  });
});

function mark() {
  return { gravity: 'centre', opacity: 1, width: 0.2, margin: 0, color: '#000000' } as const;
}

it('keeps the window of the focal point in every frame', async () => {
  const file = await folder.write('c.gif', await inputs.gif());
  const { data } = await renderOne(
    file,
    { animated: true, format: 'webp', width: 40, height: 40, fit: 'cover', position: 'focal', quality: 95 },
    { focus: { x: 1, y: 0 } },
  );
  // The right half of each frame: the bars of the first two frames are to the left of it.
  const shown = await framesOf(data);
  for (const [index, frame] of shown.entries()) {
    const left = sharp(frame).extract({ left: 2, top: 2, width: 6, height: 36 });
    const wanted = index === 2 ? ([255, 255, 255] as const) : (colors[index] ?? [0, 0, 0]);
    expect(apart(await middlePixel(left), wanted)).toBeLessThan(30);
  }
});

it('lays the watermark over every frame, at the same place', async () => {
  const file = await folder.write('d.gif', await inputs.gif());
  const logo = await folder.write('logo.png', await plain([0, 0, 0], 10, 10).png().toBuffer());
  const { data } = await renderOne(
    file,
    {
      animated: true,
      format: 'webp',
      width: 80,
      quality: 95,
      watermark: {
        objectKey: 'logo',
        gravity: 'southeast',
        opacity: 1,
        width: 0.125,
        margin: 0.1,
        color: '#ffffff',
      },
    },
    { watermarks: new Map([['logo', logo]]) },
  );
  for (const frame of await framesOf(data)) {
    const place = sharp(frame).extract({ left: 66, top: 26, width: 10, height: 10 });
    expect(await distance(place, plain([0, 0, 0], 10, 10))).toBeLessThan(40);
    const above = sharp(frame).extract({ left: 66, top: 4, width: 10, height: 10 });
    expect(await distance(above, plain([0, 0, 0], 10, 10))).toBeGreaterThan(60);
  }
});

it('makes only the first frame unless told otherwise, and of a still picture the picture', async () => {
  const gif = await folder.write('e.gif', await inputs.gif());
  const still = await folder.write('e.png', await plain([1, 2, 3]).png().toBuffer());
  for (const [file, more] of [
    [gif, {}],
    [still, { animated: true }],
  ] as const) {
    const { data } = await renderOne(file, { format: 'webp', ...more });
    expect((await sharp(data).metadata()).pages ?? 1).toBe(1);
  }
});

/** A GIF of many frames, made at once. */
function longGif(count: number, side: number): Promise<Buffer> {
  const size = side * side * 3;
  const roll = Buffer.alloc(count * size);
  for (let frame = 0; frame < count; frame += 1)
    roll.fill((frame * 37) % 251, frame * size, (frame + 1) * size);
  const raw = { width: side, height: side * count, channels: 3, pageHeight: side } as const;
  return sharp(roll, { raw, limitInputPixels: false })
    .gif({ effort: 1, keepDuplicateFrames: true })
    .toBuffer();
}

it.each([
  ['frames', 10_000, 2],
  ['pixels', 300, 500],
])('makes the stills of an animation with too many %s, and not all of its frames', async (_, count, side) => {
  const file = await folder.write('bomb.gif', await longGif(count, side));
  const made: string[] = [];
  const specs = [spec('all', { animated: true, format: 'webp' }), spec('first'), spec('other', { width: 1 })];
  const keep = async ({ name }: { name: string }) => {
    made.push(name);
  };
  const failed: string[] = [];
  await renderImages({
    file,
    specs,
    limits,
    signal: never,
    onRendition: keep,
    onFailure: async (name, { code }) => {
      failed.push(`${name}: ${code}`);
    },
  });
  expect(made).toEqual(['first', 'other']);
  expect(failed).toEqual(['all: media.too_many_pixels']);
});

it('refuses to enlarge a long one to what memory does not hold', async () => {
  const file = await folder.write('long.gif', await longGif(1_000, 20));
  const more = { animated: true, format: 'webp', width: 2_000, enlarge: true } as const;
  await expect(renderOne(file, more)).rejects.toMatchObject({
    code: 'media.too_many_pixels',
    message: expect.stringContaining('1000 frames of 2000 × 2000 pixels'),
  });
  const few = { ...limits, maxFrames: 999 };
  const work = render(file, [spec('all', { animated: true, format: 'webp' })], few);
  await expect(work).rejects.toMatchObject({ message: expect.stringContaining('may have 999 frames') });
});

it('gives up an animation that takes too long', async () => {
  const file = await folder.write('long.gif', await longGif(2_000, 150));
  const work = render(file, [spec('all', { animated: true, format: 'webp' })], {
    ...limits,
    timeoutMs: 1_000,
  });
  await expect(work).rejects.toMatchObject({ code: 'media.timed_out' });
});

it('makes what is there of an animation that was cut off, or fails', async () => {
  for (const input of ['gif', 'webp'] as const) {
    const whole = await inputs[input]();
    for (let tenth = 1; tenth < 10; tenth += 1) {
      const file = await folder.write('cut', whole.subarray(0, Math.floor((whole.length * tenth) / 10)));
      const outcome = await renderOne(file, { animated: true, format: 'webp' })
        .then(({ data }) => framesOf(data))
        .then(
          (made) => (made.length <= colors.length ? 'made' : 'too many'),
          ({ code }) => code,
        );
      expect(outcome).toMatch(/^made|media\.(damaged|encoder_failed|unsupported)$/);
    }
  }
});
