import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ask, ffmpeg, grayParts, h264, makeClip, picture, sound } from './clips.suite.js';
import { never, probe, scratchFolder, serveFile, tools } from './fixtures.suite.js';
import { makePoster } from './make-poster.js';

async function poster(source: string, width = 160, format: 'webp' | 'jpeg' = 'jpeg') {
  const facts = await probe(source);
  const file = join(await scratchFolder(), '100%d poster');
  const made = await makePoster(
    tools,
    source,
    facts,
    { name: 'poster', width, format, quality: 80 },
    file,
    never,
  );
  return { file, made };
}

const brightness = async (file: string) => (await grayParts(file, 1, 1))[0];

test.each([
  ['webp', 'image/webp'],
  ['jpeg', 'image/jpeg'],
] as const)('a poster is written as %s', async (format, mimeType) => {
  const { file, made } = await poster(await makeClip('320x180', 1), 161, format);
  expect(made).toEqual({ width: 161, height: 91, mimeType });
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
  const file = join(await scratchFolder(), 'poster');
  await makePoster(
    tools,
    url,
    facts,
    { name: 'poster', width: 160, format: 'jpeg', quality: 80 },
    file,
    never,
  );
  expect(size).toBeGreaterThan(20_000_000);
  expect(counted.bytes).toBeLessThan(size / 2);
});

test('audio has no poster', async () => {
  const file = join(await scratchFolder(), 'song.mp3');
  await ffmpeg(...sound(1), file);
  await expect(poster(file)).rejects.toMatchObject({ code: 'media.no_stream' });
});
