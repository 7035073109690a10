import { stat, truncate } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { ffmpeg, sound } from '../fixtures/clips.fixture.js';
import { scratchFolder, tools } from '../fixtures/media.fixture.js';
import { measureOutput } from './check-output.js';

test('a file of ours that ends early tells of the disk, and not of what was uploaded', async () => {
  const file = join(await scratchFolder(), 'audio.m4a');
  // Its index is at the end, as it is before ffmpeg moves it to the front.
  await ffmpeg(...sound(1), file);
  const measure = () =>
    measureOutput({ tools, outDir: dirname(file), signal: new AbortController().signal }, basename(file), [
      'aac',
    ]);
  expect((await measure()).durationMs).toBeGreaterThan(900);
  await truncate(file, Math.floor((await stat(file)).size / 2));
  await expect(measure()).rejects.toMatchObject({ code: 'media.scratch_full', retryable: true });
});
