import { chmod, readdir, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ffmpeg, h264, makeClip, picture, sound } from '../fixtures/clips.fixture.js';
import { never, scratchFolder, serveFile, tools, workOn } from '../fixtures/media.fixture.js';
import { hlsOf, makeStreams, readText } from '../streams/streams.fixture.js';
import { transcodeVideo } from '../streams/transcode-video.js';
import { chooseRungs } from './choose-rungs.js';

const auto = (...heights: number[]) => hlsOf(heights, { ladder: 'auto' });

/** A video whose frames are drawn by lavfi. */
async function draw(source: string, seconds: number): Promise<string> {
  const file = join(await scratchFolder(), 'clip.mp4');
  await ffmpeg('-f', 'lavfi', '-i', source, '-t', `${seconds}`, ...h264, file);
  return file;
}

test('slides of 576 lines have one rung, of 576 lines', async () => {
  const slides = await draw('color=navy:s=1024x576:r=5,drawbox=x=100:y=90:w=500:h=60:color=white:t=fill', 3);
  const { outDir, stream } = await makeStreams(slides, auto(1080, 720, 480));
  expect(stream).toMatchObject({
    width: 1024,
    height: 576,
    details: {
      rungs: [{ height: 576 }],
      ladder: { omitted: [{ width: 854, height: 480, because: 'enough' }], coarser: [0] },
    },
  });
  expect((await readdir(outDir)).toSorted()).toEqual(['576p', 'master.m3u8']);
  expect((await readText(outDir, 'master.m3u8')).match(/RESOLUTION=\S+?(?=,)/g)).toEqual([
    'RESOLUTION=1024x576',
  ]);
});

test('grain keeps every rung', async () => {
  const grain = await draw('testsrc2=s=640x360:r=25,noise=alls=60:allf=t', 1);
  const { stream } = await makeStreams(grain, auto(360, 240));
  expect(stream?.details).toMatchObject({
    rungs: [{ height: 360 }, { height: 240 }],
    ladder: { omitted: [] },
  });
});

test('an upright video with odd sides is not enlarged, and is the same from a file and by ranges, on any machine', async () => {
  const upright = await makeClip('181x321', 3, ['-pix_fmt', 'yuv444p', '-g', '30']);
  const { url } = await serveFile(upright);
  const works = [
    await workOn(upright, { tools: { ...tools, cores: 1 } }),
    await workOn(url, { tools: { ...tools, cores: 8 } }),
  ];
  const ladders = await Promise.all(works.map((work) => chooseRungs(work, auto(720, 100).hls)));
  expect(ladders[0]?.rungs[0]).toMatchObject({ size: { width: 180, height: 320 } });
  expect(ladders[0]?.rungs[0]?.auto?.averageKbps).toBeGreaterThan(50);
  expect(ladders[0]).toEqual(ladders[1]);
});

test('a video that cannot be measured has the fixed ladder, and the details say why', async () => {
  const script = join(await scratchFolder(), 'ffmpeg');
  await writeFile(
    script,
    '#!/bin/sh\ncase "$*" in *framecrc*) echo no sample today >&2; exit 1;; esac\nexec ffmpeg "$@"\n',
  );
  await chmod(script, 0o755);
  const work = await workOn(await makeClip('320x180', 1), { tools: { ...tools, ffmpegPath: script } });
  const stream = (await transcodeVideo(work, auto(180, 144))).get('stream');
  expect(stream?.details).toMatchObject({
    rungs: [{ height: 180 }, { height: 144 }],
    ladder: { fallback: expect.stringContaining('no sample today') },
  });
});

test('pictures that end long before the sound are measured where they are', async () => {
  const file = join(await scratchFolder(), 'clip.mkv');
  await ffmpeg(...picture('320x180', 1), ...sound(12), ...h264, '-c:a', 'aac', file);
  const ladder = await chooseRungs(await workOn(file), auto(180).hls);
  expect(ladder).not.toHaveProperty('fallback');
  expect(ladder?.rungs[0]?.auto?.averageKbps).toBeGreaterThan(50);
});

test('a file that ends in the middle is damaged as with a fixed ladder', async () => {
  const clip = await makeClip('320x180', 3, ['-movflags', '+faststart']);
  const { size } = await stat(clip);
  const work = await workOn(clip);
  await truncate(clip, Math.round(size / 2));
  await expect(transcodeVideo(work, auto(180))).rejects.toMatchObject({ code: 'media.damaged' });
});

test('a fixed ladder measures nothing, and an abort is no reason to fall back', async () => {
  const work = await workOn(await makeClip('320x180', 1));
  expect(await chooseRungs(work, hlsOf([180]).hls)).toBeUndefined();
  const stopped = new Error('stopped');
  const signal = AbortSignal.any([never, AbortSignal.abort(stopped)]);
  await expect(chooseRungs({ ...work, signal }, auto(180).hls)).rejects.toBe(stopped);
});
