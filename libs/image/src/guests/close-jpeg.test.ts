import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, expect, test } from 'vitest';
import { limits } from '../fixtures.suite.js';
import { closeJpeg } from './close-jpeg.js';

const folder = await mkdtemp(join(tmpdir(), 'landfall-close-jpeg-'));
afterAll(() => rm(folder, { recursive: true }));

const noisy = (progressive: boolean) =>
  sharp({
    create: {
      width: 600,
      height: 400,
      channels: 3,
      background: 'black',
      noise: { type: 'gaussian', mean: 128, sigma: 40 },
    },
  })
    .jpeg({ progressive })
    .toBuffer();

test.each([true, false])('many at once, whole, open and cut (progressive: %s)', async (progressive) => {
  const whole = await noisy(progressive);
  const kinds = [whole, whole.subarray(0, -2), whole.subarray(0, -5), whole.subarray(0, whole.length / 2)];
  const files = Array.from({ length: 40 }, (_, at) => kinds[at % kinds.length] ?? whole);
  const path = (at: number) => join(folder, `${progressive}-${at}`);
  const closed = await Promise.all(files.map((file, at) => closeJpeg(file, path(at), limits)));
  expect(closed).toEqual(files.map((file, at) => (at % kinds.length === 1 ? path(at) : file)));
});
