import sharp from 'sharp';
import { thumbHashToApproximateAspectRatio, thumbHashToAverageRGBA } from 'thumbhash';
import { afterAll, expect, it } from 'vitest';
import { makeFolder, photo, plain, quarters, render } from '../../fixtures/image.fixture.js';

const folder = await makeFolder();
afterAll(() => folder[Symbol.asyncDispose]());

const hashOf = (text: string) => Buffer.from(text, 'base64');

it('tells the colour and the shape of the picture', async () => {
  const blue = quarters(
    [
      [20, 40, 200],
      [20, 40, 200],
      [20, 40, 200],
      [250, 250, 250],
    ],
    800,
    400,
  );
  const file = await folder.write('blue.png', await blue.png().toBuffer());
  const { placeholder } = await render(file, []);
  expect(placeholder.color).toBe('#1428c8');
  expect(thumbHashToApproximateAspectRatio(hashOf(placeholder.thumbHash))).toBeCloseTo(2, 0);
});

it('is small, and close to the mean colour', async () => {
  const image = await photo(640, 480);
  const bytes = await image.jpeg().toBuffer();
  const { placeholder } = await render(await folder.write('photo.jpg', bytes), []);
  const hash = hashOf(placeholder.thumbHash);
  expect(hash.length).toBeLessThanOrEqual(30);
  const { channels } = await sharp(bytes).stats();
  const average = thumbHashToAverageRGBA(hash);
  const means = channels.map(({ mean }) => mean / 255);
  for (const [channel, mean] of [average.r, average.g, average.b].entries()) {
    expect(mean).toBeCloseTo(means[channel] ?? -1, 1);
  }
});

it('knows transparency', async () => {
  const file = await folder.write('clear.png', await plain([9, 9, 9, 0], 20, 20).png().toBuffer());
  const { placeholder } = await render(file, []);
  expect(placeholder.color).toBe('#ffffff');
  expect(thumbHashToAverageRGBA(hashOf(placeholder.thumbHash)).a).toBe(0);
});
