import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ffmpeg, h264, picture } from '../fixtures/clips.fixture.js';
import { encodeTracks, type EncodeRange } from './encode-tracks.js';
import { never, scratchFolder, tools, workOn } from '../fixtures/media.fixture.js';
import type { VideoCodec } from '#media';
import { planInSoftware } from './transcode-video.js';

const specs = { hls: { name: 'stream', heights: [90, 64], segmentSeconds: 1 } };

async function encode(source: string, codec: VideoCodec, part?: EncodeRange) {
  const work = await workOn(source);
  const plan = await planInSoftware(tools, work.facts, { hls: { ...specs.hls, codec } }, never);
  const { pictures } = await encodeTracks({ ...work, plan }, { pictures: plan.pictures, sounds: [] }, part);
  return { pictures, outDir: work.outDir };
}

/** A small grey picture of each frame: what it shows survives encoding, noise does not. */
async function showFrames(outDir: string, folder: string): Promise<Buffer[]> {
  const raw = join(await scratchFolder(), 'frames.raw');
  await ffmpeg(
    '-i',
    join(outDir, folder, 'playlist.m3u8'),
    '-vf',
    'scale=16:9:flags=area,format=gray',
    '-f',
    'rawvideo',
    raw,
  );
  const bytes = await readFile(raw);
  return Array.from({ length: bytes.length / 144 }, (_, index) =>
    bytes.subarray(index * 144, (index + 1) * 144),
  );
}

/** Mean difference of two pictures, 0 to 255. */
function differenceOf(one: Buffer, other: Buffer | undefined): number {
  return one.reduce((sum, value, index) => sum + Math.abs(value - (other?.[index] ?? 0)), 0) / one.length;
}

test.each<[string, string, string[], VideoCodec?]>([
  ['a film rate', '24000/1001', []],
  ['HEVC', '25', [], 'hevc'],
  ['AV1', '25', [], 'av1'],
  ['a whole rate, key frames far apart', '25', ['-g', '300']],
  ['a variable rate', '25', ['-vf', "select='not(between(n,20,40)+between(n,47,58))'"]],
])(
  'parts of a video of %s hold the frames of the whole, none twice and none lost',
  async (_, rate, more, codec = 'h264') => {
    const source = join(await scratchFolder(), 'clip.mkv');
    await ffmpeg(...picture('160x90', 4, rate), ...h264, ...more, source);
    const frames = rate === '25' ? 25 : 24;
    const [whole, first, second] = await Promise.all([
      encode(source, codec),
      encode(source, codec, { startFrame: 0, frames: 2 * frames, firstSegment: 0 }),
      encode(source, codec, { startFrame: 2 * frames, frames: null, firstSegment: 2 }),
    ]);
    for (const [rung, track] of whole.pictures.entries()) {
      const parts = [first, second].flatMap(({ pictures }) => pictures[rung]?.segments ?? []);
      expect(parts.map(({ path }) => path)).toEqual(track.segments.map(({ path }) => path));
      expect(parts.map((segment) => segment.frames)).toEqual(track.segments.map((segment) => segment.frames));
      expect(parts.map(({ ticks }) => ticks)).toEqual(track.segments.map(({ ticks }) => ticks));
      const inits = await Promise.all(
        [whole, first, second].map(({ outDir }) => readFile(join(outDir, track.initPath))),
      );
      expect(inits.every((init) => init.equals(inits[0] ?? Buffer.of()))).toBe(true);
    }
    const folder = whole.pictures[0]?.folder ?? '';
    const wanted = await showFrames(whole.outDir, folder);
    const shown = [...(await showFrames(first.outDir, folder)), ...(await showFrames(second.outDir, folder))];
    expect(shown.length).toBe(wanted.length);
    expect(Math.max(...wanted.map((frame, index) => differenceOf(frame, shown[index])))).toBeLessThan(2);
  },
);

test('sound alone is a part', async () => {
  const source = join(await scratchFolder(), 'clip.mp4');
  await ffmpeg(
    ...picture('160x90', 2),
    '-f',
    'lavfi',
    '-i',
    'sine=duration=2',
    ...h264,
    '-c:a',
    'aac',
    source,
  );
  const work = await workOn(source);
  const plan = await planInSoftware(tools, work.facts, specs, never);
  const { pictures, sounds } = await encodeTracks({ ...work, plan }, { pictures: [], sounds: plan.sounds });
  expect(pictures).toEqual([]);
  expect(sounds[0]).toMatchObject({ folder: 'audio', codec: 'mp4a.40.2', timescale: 48_000 });
  expect(sounds[0]?.segments.reduce((sum, { ticks }) => sum + ticks, 0)).toBeGreaterThanOrEqual(96_000);
});
