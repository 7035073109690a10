import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeClip } from '../fixtures/clips.fixture.js';
import { ignore, never, scratchFolder, tools } from '../fixtures/media.fixture.js';
import type { Progress } from '#media';
import { runFfmpeg, type EncodeRun } from './run-ffmpeg.js';
import { folderBytes } from './watch-folder.js';

const raw = ['-f', 'rawvideo', '-pix_fmt', 'rgb24', 'raw'];

async function encode(
  source: string,
  more: Partial<EncodeRun> = {},
  bounds: { scratchMaxBytes?: number } = {},
) {
  const outDir = await scratchFolder();
  const limits = { maxPixels: 9_000_000, timeoutMs: 60_000 };
  const run = { task: 'test', source, durationMs: 2_000, outputArgs: raw, outDir, ...limits };
  await runFfmpeg({ ...tools, ...bounds }, { ...run, signal: never, onProgress: ignore, ...more });
  return outDir;
}

test('tells the finished share and the speed', async () => {
  const reported: Progress[] = [];
  await encode(await makeClip('64x64', 2), { onProgress: (progress) => reported.push(progress) });
  expect(reported.at(-1)?.share).toBeGreaterThan(0.9);
  expect(reported.at(-1)?.speed).toBeGreaterThan(0);
});

test('a disk that is full at the end of a file is told of, although ffmpeg calls it a success', async () => {
  const outputArgs = ['-c', 'copy', '-f', 'matroska', '/dev/full'];
  await expect(encode(await makeClip('64x64', 1), { outputArgs })).rejects.toMatchObject({
    code: 'media.scratch_full',
  });
});

test('of a length that is not known, no share is told', async () => {
  const reported: Progress[] = [];
  const onProgress = (progress: Progress) => reported.push(progress);
  await encode(await makeClip('64x64', 1), { durationMs: null, onProgress });
  expect(reported).toEqual([]);
});

test('one file that is larger than the scratch space is not written', async () => {
  const clip = await makeClip('320x180', 2);
  await expect(encode(clip, {}, { scratchMaxBytes: 1_000_000 })).rejects.toMatchObject({
    code: 'media.output_too_large',
    context: { log: expect.any(String) },
  });
});

test('many files count together, with what was there before', async () => {
  const outDir = await scratchFolder();
  await writeFile(join(outDir, 'before'), Buffer.alloc(700_000));
  // At the pace at which it plays, and without end.
  const inputOptions = ['-re', '-stream_loop', '-1'];
  const outputArgs = ['-f', 'image2', '-c:v', 'bmp', '%05d.bmp'];
  const source = await makeClip('320x180', 1);
  const bounds = { scratchMaxBytes: 2_000_000 };
  await expect(encode(source, { outDir, inputOptions, outputArgs }, bounds)).rejects.toMatchObject({
    code: 'media.output_too_large',
  });
  expect(await folderBytes(outDir)).toBeLessThan(30_000_000);
});

test('a source that leaves no space is not begun', async () => {
  const clip = await makeClip('64x64', 1);
  const { size } = await stat(clip);
  await expect(encode(clip, {}, { scratchMaxBytes: size })).rejects.toMatchObject({
    code: 'media.output_too_large',
  });
});

test('media that goes on long after its end is left', async () => {
  // The filter makes hours of the clip at once, as timestamps that jump would.
  const outputArgs = ['-vf', 'setpts=PTS*100000', '-vsync', 'passthrough', '-f', 'null', '-'];
  const inputOptions = ['-stream_loop', '-1'];
  const run = encode(await makeClip('64x64', 1), { inputOptions, outputArgs, durationMs: 1_000 });
  await expect(run).rejects.toMatchObject({ code: 'media.damaged' });
});

test('a file of which the end is missing is refused, whatever ffmpeg thinks of it', async () => {
  const clip = await makeClip('320x180', 2, ['-movflags', '+faststart', '-qp', '10']);
  const { size } = await stat(clip);
  const short = join(await scratchFolder(), 'short.mp4');
  await writeFile(short, (await readFile(clip)).subarray(0, size * 0.9));
  await expect(encode(short)).rejects.toMatchObject({ code: 'media.damaged' });
});
