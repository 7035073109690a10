import sharp, { type Sharp } from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { distance, limits, makeFolder, quarters, renderOne, type Rgba } from '../fixtures/image.fixture.js';
import { readImageFacts } from '../facts/read-image-facts.js';

const folder = await makeFolder();
afterAll(() => folder[Symbol.asyncDispose]());

const red: Rgba = [230, 30, 30];
const green: Rgba = [30, 200, 40];
const blue: Rgba = [30, 60, 220];
const white: Rgba = [250, 250, 250];
const stored = quarters([red, green, blue, white], 160, 80);

/** EXIF 2.32, 4.6.4: what the viewer must see at top left, top right, bottom left and bottom right. */
const shown: [orientation: number, colors: Rgba[]][] = [
  [1, [red, green, blue, white]],
  [2, [green, red, white, blue]],
  [3, [white, blue, green, red]],
  [4, [blue, white, red, green]],
  [5, [red, blue, green, white]],
  [6, [blue, red, white, green]],
  [7, [white, green, blue, red]],
  [8, [green, white, red, blue]],
];

describe.each(shown)('orientation %i', (orientation, colors) => {
  const [width, height] = orientation < 5 ? [160, 80] : [80, 160];
  const encoders = {
    jpeg: (image: Sharp) => image.jpeg({ quality: 100, chromaSubsampling: '4:4:4' }),
    webp: (image: Sharp) => image.webp({ lossless: true }),
    png: (image: Sharp) => image.png(),
    tiff: (image: Sharp) => image.tiff({ compression: 'lzw' }),
  };
  it.each(Object.entries(encoders))('is applied to a %s', async (name, encode) => {
    const bytes = await encode(stored.clone().withMetadata({ orientation })).toBuffer();
    const file = await folder.write(`${orientation}.${name}`, bytes);

    const facts = await readImageFacts(file, limits);
    expect(facts).toMatchObject({ width, height, orientation });

    const whole = await renderOne(file, { width: 160 });
    expect(await distance(whole.data, quarters(colors, width, height))).toBeLessThan(3);
    expect((await sharp(whole.data).metadata()).orientation).toBeUndefined();

    const half = await renderOne(file, { width: width / 2 });
    const expected = quarters(colors, width, height).resize(width / 2);
    expect(await distance(half.data, expected)).toBeLessThan(4);
  });
});
