import sharp from 'sharp';
import { expect, test } from 'vitest';
import { drawSamplePicture } from './sample-picture.js';

test('the sample picture is a PNG that decodes', async () => {
  const { info, data } = await sharp(drawSamplePicture(160, 120)).raw().toBuffer({ resolveWithObject: true });
  expect(info).toMatchObject({ width: 160, height: 120, channels: 3 });
  expect(new Set(data).size).toBeGreaterThan(20);
});
