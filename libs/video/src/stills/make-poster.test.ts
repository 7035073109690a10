import { mkdir, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import type { LandfallError } from '#runtime';
import { describe, expect, test } from 'vitest';
import { ask, ffmpeg, grayParts, h264, makeClip, picture, sound } from '../fixtures/clips.fixture.js';
import { probe, scratchFolder, serveFile, workOn } from '../fixtures/media.fixture.js';
import type { PosterSpec } from '#media';
import { makePoster } from './make-poster.js';

async function poster(
  source: string,
  width = 160,
  format: 'webp' | 'jpeg' = 'jpeg',
  place: Pick<PosterSpec, 'at' | 'share'> = {},
) {
  const outDir = join(await scratchFolder(), '100%d');
  await mkdir(outDir);
  const spec = { name: 'poster', width, format, quality: 80, ...place };
  const made = await makePoster(await workOn(source, { outDir }), spec);
  return { file: join(outDir, made.main), made };
}

const brightness = async (file: string) => (await grayParts(file, 1, 1))[0];

test.each([
  ['webp', 'image/webp'],
  ['jpeg', 'image/jpeg'],
] as const)('a poster is written as %s', async (format, mimeType) => {
  const { file, made } = await poster(await makeClip('320x180', 1), 161, format);
  expect(made).toMatchObject({ width: 161, height: 91, files: [{ path: made.main, mimeType }] });
  expect(await ask(file, '-show_entries', 'stream=width,height')).toEqual(['161,91']);
});

test('a poster is never enlarged', async () => {
  expect((await poster(await makeClip('320x180', 1), 1_000)).made).toMatchObject({ width: 320, height: 180 });
});

test('a video that starts black gets the first frame that is not', async () => {
  const file = join(await scratchFolder(), 'fade.mp4');
  const black = "drawbox=color=black:t=fill:enable='lt(t,1)'";
  await ffmpeg(...picture('320x180', 2), '-vf', black, ...h264, file);
  expect(await brightness((await poster(file)).file)).toBeGreaterThan(60);
});

test('a video that is black all along gets a black poster', async () => {
  const file = join(await scratchFolder(), 'night.mp4');
  await ffmpeg('-f', 'lavfi', '-i', 'color=black:size=320x180:duration=1', ...h264, file);
  expect(await brightness((await poster(file, 160, 'webp')).file)).toBeLessThan(20);
});

test('a poster from a URL reads the opening only', async () => {
  const noise = ['-vf', 'noise=alls=40:allf=t', '-qp', '10', '-movflags', '+faststart'];
  const clip = await makeClip('640x360', 10, noise);
  const { url, counted, size } = await serveFile(clip);
  const facts = await probe(clip);
  const spec = { name: 'poster', width: 160, format: 'jpeg', quality: 80 } as const;
  await makePoster(await workOn(url, { facts }), spec);
  expect(size).toBeGreaterThan(20_000_000);
  expect(counted.bytes).toBeLessThan(size / 2);
});

test('audio has no poster', async () => {
  const file = join(await scratchFolder(), 'song.mp3');
  await ffmpeg(...sound(1), file);
  await expect(poster(file)).rejects.toMatchObject({ code: 'media.no_stream' });
});

describe('a moment', () => {
  /** Four seconds that grow from black to white. */
  const fadeIn = async (more: string[] = []) => {
    const file = join(await scratchFolder(), 'fade.mp4');
    const source = ['-f', 'lavfi', '-i', 'color=black:size=64x36:rate=10:duration=4'];
    await ffmpeg(...source, '-vf', "geq=lum='16+219*T/4':cb=128:cr=128", ...h264, '-g', '20', ...more, file);
    return file;
  };
  const shown = async (file: string, place: Pick<PosterSpec, 'at' | 'share'>) =>
    (await brightness((await poster(file, 64, 'jpeg', place)).file)) ?? -1;

  test.each([
    [{ at: 0 }, 0],
    [{ at: 1.5 }, 1.5],
    [{ share: 0 }, 0],
    [{ share: 0.75 }, 3],
    [{ share: 1 }, 3.9],
    [{ at: 3.95 }, 3.9],
    [{ at: 9_999 }, 3.9],
  ])('%j shows the frame of %f s', async (place, seconds) => {
    expect(Math.abs((await shown(await fadeIn(), place)) - (255 * seconds) / 4)).toBeLessThan(9);
  });

  test('behind a picture that ends before its sound is the last key frame', async () => {
    const file = await fadeIn();
    const long = join(await scratchFolder(), 'long.mp4');
    await ffmpeg('-i', file, ...sound(12), '-c:v', 'copy', '-c:a', 'aac', long);
    expect(Math.abs((await shown(long, { share: 0.9 })) - 255 / 2)).toBeLessThan(9);
  });

  test('of a length that nobody knows a share is the opening', async () => {
    const file = join(await scratchFolder(), 'live.webm');
    const live = ['-c:v', 'libvpx', '-deadline', 'realtime', '-live', '1', '-f', 'webm'];
    await ffmpeg(...picture('64x36', 2), ...live, file);
    expect((await poster(file, 64, 'jpeg', { share: 0.5 })).made).toMatchObject({ width: 64 });
    expect((await poster(file, 64, 'jpeg', { at: 50 })).made).toMatchObject({ width: 64 });
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8, 9])('of a file cut off after %i tenths', async (tenths) => {
    const file = await fadeIn(['-movflags', '+faststart']);
    await truncate(file, Math.floor(((await stat(file)).size * tenths) / 10));
    const result = await poster(file, 64, 'jpeg', { share: 0.9 }).catch((thrown: unknown) => thrown);
    const width = (result as Partial<Awaited<ReturnType<typeof poster>>>).made?.width;
    expect(width ?? (result as LandfallError).code).toBeOneOf([64, 'media.damaged']);
  });
});

test.each([{ at: 0 }, { at: 5 }, { share: 1 }])('one frame of one pixel, %j', async (place) => {
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
  expect((await poster(file, 64, 'webp', place)).made).toMatchObject({ width: 1, height: 1 });
});
