import { copyFile, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LandfallError } from '#runtime';
import { describe, expect, test } from 'vitest';
import { ask, ffmpeg, h264, makeClip, picture, sound, turnClip } from '../fixtures/clips.fixture.js';
import { scratchFolder, workOn } from '../fixtures/media.fixture.js';
import type { PreviewSpec } from '#media';
import { chooseScenes, makePreview } from './make-preview.js';
import { readWebpTimes } from './webp-times.js';

async function preview(source: string, spec: Partial<PreviewSpec> = {}) {
  const work = await workOn(source);
  const usual = { name: 'loop', format: 'mp4', width: 160, seconds: 2, frameRate: 10, quality: 60 } as const;
  const made = await makePreview(work, { ...usual, ...spec });
  return { made, file: join(work.outDir, made.main) };
}

const shape = (file: string) =>
  ask(file, '-count_frames', '-show_entries', 'stream=codec_name,width,height,nb_read_frames');

/** The brightness of every frame. */
async function brightnesses(file: string): Promise<number[]> {
  const raw = join(await scratchFolder(), 'frames.raw');
  await ffmpeg('-i', file, '-vf', 'scale=1:1:flags=area,format=gray', '-f', 'rawvideo', raw);
  return [...(await readFile(raw))];
}

/** A video of some seconds with one key frame that grows from black to white. */
async function fadeIn(seconds: number): Promise<string> {
  const file = join(await scratchFolder(), 'fade.mp4');
  const source = ['-f', 'lavfi', '-i', `color=black:size=64x36:rate=10:duration=${seconds}`];
  const light = `geq=lum='16+219*T/${seconds}':cb=128:cr=128`;
  await ffmpeg(...source, '-vf', light, ...h264, '-g', '9999', file);
  return file;
}

test('an animated WebP has the frames and the length that were asked for', async () => {
  const { made, file } = await preview(await makeClip('320x180', 6), { format: 'webp' });
  expect(made).toMatchObject({
    files: [{ path: 'loop.webp', mimeType: 'image/webp' }],
    width: 160,
    height: 90,
    durationMs: 2_000,
    encoder: 'libwebp_anim',
  });
  expect(await readWebpTimes(file)).toEqual({ frames: 20, durationMs: 2_000 });
});

test('an MP4 is silent, with even sides, and plays while it loads', async () => {
  const { made, file } = await preview(await makeClip('320x180', 6), { width: 161 });
  expect(made).toMatchObject({ files: [{ path: 'loop.mp4', mimeType: 'video/mp4' }], encoder: 'libx264' });
  expect(await shape(file)).toEqual(['h264,160,90,20']);
  const bytes = await readFile(file);
  expect(bytes.indexOf('moov')).toBeLessThan(bytes.indexOf('mdat'));
});

test('scenes come from all over a long video, even if it has one key frame', async () => {
  const { made, file } = await preview(await fadeIn(20), { seconds: 4.5 });
  expect(made.durationMs).toBe(4_500);
  const found = await brightnesses(file);
  expect(found).toHaveLength(45);
  // Three scenes of 1.5 s in the middle of three thirds.
  for (const [index, middleS] of [20 / 6, 20 / 2, 100 / 6].entries()) {
    const wanted = (255 * middleS) / 20;
    expect(Math.abs((found[15 * index + 7] ?? 0) - wanted)).toBeLessThan(8);
  }
});

test.each([
  [null, 6, [[0, 6]]],
  [0, 6, [[0, 6]]],
  [11_999, 6, [[0, 6]]],
  [
    12_000,
    6,
    [
      [0.75, 1.5],
      [3.75, 1.5],
      [6.75, 1.5],
      [9.75, 1.5],
    ],
  ],
  [100_000, 1, [[49.5, 1]]],
  [
    1_000_000,
    30,
    [
      [97, 6],
      [297, 6],
      [497, 6],
      [697, 6],
      [897, 6],
    ],
  ],
])('a video of %j ms with a loop of %j s', (durationMs, seconds, scenes) => {
  const chosen = chooseScenes(durationMs, seconds);
  expect(chosen.map(({ startS, lengthS }) => [startS, lengthS])).toEqual(scenes);
});

describe('odd videos', () => {
  test('a short one is its own loop, with its sound left out', async () => {
    const { made, file } = await preview(await makeClip('320x180', 1), { seconds: 5 });
    expect(made.durationMs).toBe(1_000);
    expect(await shape(file)).toEqual(['h264,160,90,10']);
  });

  test.each(['webp', 'mp4'] as const)('one frame of one pixel becomes a still %s', async (format) => {
    const file = join(await scratchFolder(), 'pixel.mkv');
    await ffmpeg(
      ...picture('64x64', 1),
      '-vf',
      'scale=1:1,format=gbrp',
      '-frames:v',
      '1',
      '-c:v',
      'ffv1',
      file,
    );
    const { made, file: loop } = await preview(file, { format });
    expect(made).toMatchObject(format === 'webp' ? { width: 1, height: 1 } : { width: 2, height: 2 });
    expect((await stat(loop)).size).toBeGreaterThan(30);
  });

  test('one turned by a phone stands upright', async () => {
    const clip = await makeClip('320x180', 1);
    await turnClip(clip, 90);
    expect((await preview(clip, { width: 90 })).made).toMatchObject({ width: 90, height: 160 });
  });

  test('a variable frame rate becomes a constant one', async () => {
    const file = join(await scratchFolder(), 'variable.mkv');
    const slow = "select='lt(t,1)+not(mod(n,10))'";
    await ffmpeg(...picture('64x36', 3), '-vf', slow, '-vsync', 'vfr', ...h264, file);
    const { file: loop } = await preview(file, { width: 64, seconds: 3 });
    // The last of the slow frames comes at 2.8 s.
    expect((await shape(loop))[0]).toMatch(/^h264,64,36,(28|29|30)$/);
    expect(await ask(loop, '-show_entries', 'stream=r_frame_rate,avg_frame_rate')).toEqual(['10/1,10/1']);
  });

  test('one of few frames a second gets no more', async () => {
    const file = join(await scratchFolder(), 'slides.mp4');
    await ffmpeg(...picture('64x36', 4, '2'), ...h264, file);
    const { made, file: loop } = await preview(file, { width: 64, seconds: 4 });
    expect(made.details).toEqual({ frameRate: 2 });
    expect(await shape(loop)).toEqual(['h264,64,36,8']);
  });

  test('HDR becomes a picture of 8 bits', async () => {
    const file = join(await scratchFolder(), 'hdr.mkv');
    const hdr = ['-color_trc', 'smpte2084', '-color_primaries', 'bt2020', '-colorspace', 'bt2020nc'];
    await ffmpeg(...picture('64x36', 1), '-c:v', 'ffv1', '-pix_fmt', 'yuv420p10le', ...hdr, file);
    const { file: loop } = await preview(file, { width: 64 });
    expect(await ask(loop, '-show_entries', 'stream=pix_fmt,color_transfer')).toEqual(['yuv420p,bt709']);
  });

  test('one whose rear is cut off shows its beginning', async () => {
    const clip = await makeClip('320x180', 8, ['-movflags', '+faststart', '-g', '25']);
    await truncate(clip, Math.floor((await stat(clip)).size / 4));
    const { made } = await preview(clip, { seconds: 1 });
    expect(made.durationMs).toBe(1_000);
  });

  test.each([1, 3, 5, 7, 9])('cut off after %i tenths it is a loop or a clear error', async (tenths) => {
    const clip = await makeClip('160x90', 4, ['-movflags', '+faststart']);
    const copy = join(await scratchFolder(), 'cut.mp4');
    await copyFile(clip, copy);
    await truncate(copy, Math.floor(((await stat(clip)).size * tenths) / 10));
    const result = await preview(copy, { format: 'webp' }).catch((thrown: unknown) => thrown);
    const width = (result as Partial<Awaited<ReturnType<typeof preview>>>).made?.width;
    expect(width ?? (result as LandfallError).code).toBeOneOf([160, 'media.damaged']);
  });

  test('a sound has no preview', async () => {
    const file = join(await scratchFolder(), 'song.mp3');
    await ffmpeg(...sound(1), file);
    await expect(preview(file)).rejects.toMatchObject({ code: 'media.no_stream' });
  });
});

test.each([
  ['nothing', ''],
  ['text', 'RIFF, they say'],
  ['a WebP that promises more than there is', 'RIFF\x10\0\0\0WEBPANMF\xff\xff\0\0'],
  ['a WebP without a picture', 'RIFF\x10\0\0\0WEBPEXIF\x02\0\0\0ab'],
])('%s has no frames', async (_, bytes) => {
  const file = join(await scratchFolder(), 'x.webp');
  await writeFile(file, bytes, 'latin1');
  expect(await readWebpTimes(file)).toBeNull();
});
