import { readFile, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import type { LandfallError } from '#runtime';
import { describe, expect, test } from 'vitest';
import { ask, ffmpeg, h264, makeClip, picture, sound, turnClip } from '../fixtures/clips.fixture.js';
import { probe, scratchFolder, workOn } from '../fixtures/media.fixture.js';
import { makeStoryboard } from './make-storyboard.js';
import type { MediaFacts, VideoFacts } from '../facts/media-facts.js';
import { planStoryboard, type StoryboardPlan } from './storyboard-plan.js';
import type { StoryboardSpec } from '#media';

async function storyboard(source: string, spec: Partial<StoryboardSpec> = {}) {
  const work = await workOn(source);
  const { outDir } = work;
  const full = {
    name: 'board',
    width: 80,
    columns: 3,
    rows: 2,
    format: 'jpeg',
    quality: 80,
    ...spec,
  } as const;
  const made = await makeStoryboard(work, full);
  const text = await readFile(join(outDir, made.main), 'utf8');
  return { made, text, cues: readCues(text), outDir };
}

interface Cue {
  startS: number;
  endS: number;
  sheet: string;
  box: number[];
}

/** Reads a WebVTT file as a player does. */
function readCues(text: string): Cue[] {
  const [head, ...blocks] = text.trim().split(/\n\n+/);
  expect(head).toBe('WEBVTT');
  return blocks.map((block) => {
    const [times = '', target = ''] = block.split('\n');
    const [startS = Number.NaN, endS = Number.NaN] = times.split(' --> ').map(seconds);
    const [sheet = '', box = ''] = target.split('#xywh=');
    return { startS, endS, sheet, box: box.split(',').map(Number) };
  });
}

function seconds(time: string): number {
  expect(time).toMatch(/^\d{2,}:[0-5]\d:[0-5]\d\.\d{3}$/);
  return time.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
}

/** The mean brightness of one tile, cut out of its sheet. */
async function brightness(outDir: string, { sheet, box: [x, y, w, h] }: Cue): Promise<number> {
  const raw = join(await scratchFolder(), 'tile.raw');
  const cut = `crop=${w}:${h}:${x}:${y},scale=1:1:flags=area,format=gray`;
  await ffmpeg('-i', join(outDir, sheet), '-vf', cut, '-f', 'rawvideo', raw);
  return (await readFile(raw))[0] ?? -1;
}

/** A video that grows lighter from black to white, `keySeconds` from one key frame to the next. */
async function fadeIn(seconds: number, keySeconds = 1, more: string[] = []): Promise<string> {
  const file = join(await scratchFolder(), 'fade.mp4');
  const light = `geq=lum='16+219*T/${seconds}':cb=128:cr=128`;
  const source = ['-f', 'lavfi', '-i', `color=black:size=96x54:rate=10:duration=${seconds}`];
  await ffmpeg(...source, '-vf', light, ...h264, '-g', String(10 * keySeconds), ...more, file);
  return file;
}

test('tiles and cues tell the times of a short video exactly', async () => {
  const { made, cues, outDir } = await storyboard(await fadeIn(8), { count: 8 });
  expect(made).toMatchObject({
    main: 'storyboard.vtt',
    files: [
      { path: 'storyboard.vtt', mimeType: 'text/vtt' },
      { path: 'sheet_001.jpg', mimeType: 'image/jpeg' },
      { path: 'sheet_002.jpg', mimeType: 'image/jpeg' },
    ],
    durationMs: 8_000,
    details: { tile: { width: 80, height: 46 }, columns: 3, rows: 2, tiles: 8, sheets: 2, exact: true },
  });
  expect(cues.map((cue) => [cue.startS, cue.endS])).toEqual(
    Array.from({ length: 8 }, (_, index) => [index, index + 1]),
  );
  expect(cues[4]).toMatchObject({ sheet: 'sheet_001.jpg', box: [80, 46, 80, 46] });
  expect(cues[7]).toMatchObject({ sheet: 'sheet_002.jpg', box: [80, 0, 80, 46] });
  for (const [index, cue] of cues.entries()) {
    // JPEG shows the limited range as the full one.
    expect(Math.abs((await brightness(outDir, cue)) - (255 * (index + 0.5)) / 8)).toBeLessThan(8);
  }
  // The last sheet has only the row it needs.
  const size = await ask(join(outDir, 'sheet_002.jpg'), '-show_entries', 'stream=width,height');
  expect(size).toEqual(['240,46']);
});

test('of a long video each tile is the key frame before the middle of its time', async () => {
  const { made, cues, outDir } = await storyboard(await fadeIn(80, 5), { intervalSeconds: 8 });
  expect(made.details).toMatchObject({ exact: false, tiles: 10, intervalMs: 8_000, sheets: 2 });
  for (const [index, cue] of cues.entries()) {
    const key = Math.floor((index * 8 + 4) / 5) * 5;
    expect(Math.abs((await brightness(outDir, cue)) - (255 * key) / 80)).toBeLessThan(8);
  }
});

test('sheets of WebP; a sheet holds no more than phones decode', async () => {
  const { made, outDir } = await storyboard(await makeClip('320x180', 2), { format: 'webp', count: 4 });
  expect(made.files[1]).toEqual({ path: 'sheet_001.webp', mimeType: 'image/webp' });
  expect(await ask(join(outDir, 'sheet_001.webp'), '-show_entries', 'stream=codec_name')).toEqual(['webp']);
});

const facts = (durationMs: number | null, width = 1_920, height = 1_080) =>
  [
    { durationMs, bitrateBps: 4_000_000 } as MediaFacts,
    { width, height, frameRate: 25 } as VideoFacts,
  ] as const;
const usual = { name: 'b', width: 160, columns: 10, rows: 10, format: 'jpeg', quality: 70 } as const;

test.each<
  [why: string, durationMs: number | null, spec: Partial<StoryboardSpec>, plan: Partial<StoryboardPlan>]
>([
  ['a second each', 7_300, {}, { count: 8, intervalMs: 912.5, exact: true, columns: 8, rows: 1 }],
  ['100 at most', 7_200_000, {}, { count: 100, intervalMs: 72_000, exact: false, columns: 10, rows: 10 }],
  ['as asked', 100_000, { intervalSeconds: 9 }, { count: 12, intervalMs: 9_000, rows: 2 }],
  ['1,000 at most', 36_000_000, { intervalSeconds: 1 }, { count: 1_000, intervalMs: 36_000 }],
  ['one for each frame at most', 200, { count: 100 }, { count: 5, intervalMs: 40 }],
  ['one frame', 1, { intervalSeconds: 0.1 }, { count: 1 }],
  ['no time at all', 0, {}, { count: 1, intervalMs: 1, columns: 1, rows: 1 }],
  [
    'of a length that nobody knows',
    null,
    {},
    { openEnd: true, count: 1_000, intervalMs: 5_000, exact: true },
  ],
  ['huge sheets', 1_000_000, { width: 640, columns: 20, rows: 20 }, { columns: 20, rows: 3, height: 360 }],
])('the plan: %s', (_, durationMs, spec, plan) => {
  expect(planStoryboard(...facts(durationMs), { ...usual, ...spec })).toMatchObject(plan);
});

test.each([
  [1, 1, { width: 2, height: 2 }],
  [1_080, 1_920, { width: 160, height: 284 }],
  [64, 16_384, { width: 2, height: 320 }],
  [16_384, 64, { width: 160, height: 2 }],
])('a tile of %i x %i', (width, height, size) => {
  expect(planStoryboard(...facts(9_000, width, height), usual)).toMatchObject(size);
});

describe('odd videos', () => {
  const covers = ({ cues, made }: Awaited<ReturnType<typeof storyboard>>) => {
    expect(cues[0]?.startS).toBe(0);
    for (const [index, cue] of cues.entries()) expect(cue.endS).toBe(cues[index + 1]?.startS ?? cue.endS);
    expect(cues.at(-1)?.endS).toBe((made.durationMs ?? 0) / 1_000);
  };

  test('one frame of one pixel', async () => {
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
    const board = await storyboard(file);
    expect(board.cues).toHaveLength(1);
    covers(board);
  });

  test('one that does not tell its length, as a browser records it', async () => {
    const folder = await scratchFolder();
    const file = join(folder, 'live.webm');
    await ffmpeg(
      ...picture('64x36', 3),
      '-c:v',
      'libvpx',
      '-deadline',
      'realtime',
      '-live',
      '1',
      '-f',
      'webm',
      file,
    );
    expect((await probe(file)).durationMs).toBeNull();
    const board = await storyboard(file, { intervalSeconds: 0.5 });
    expect(board.cues).toHaveLength(6);
    expect(board.made.durationMs).toBe(3_000);
    covers(board);
  });

  test('one without an index is decoded once', async () => {
    const file = join(await scratchFolder(), 'old.flv');
    await ffmpeg(...picture('64x36', 70, '5'), '-c:v', 'flv', file);
    const board = await storyboard(file, { count: 7, columns: 7 });
    expect(board.made.details).toMatchObject({ exact: true, tiles: 7 });
    covers(board);
  });

  test('one with a sound that goes on: the last picture stays', async () => {
    const file = join(await scratchFolder(), 'short.mp4');
    await ffmpeg(...picture('64x36', 2), ...sound(6), ...h264, '-c:a', 'aac', file);
    const board = await storyboard(file, { count: 6 });
    expect(board.cues).toHaveLength(6);
    covers(board);
  });

  test('HDR and turned', async () => {
    const file = join(await scratchFolder(), 'hdr.mp4');
    const hdr = ['-color_trc', 'arib-std-b67', '-color_primaries', 'bt2020', '-colorspace', 'bt2020nc'];
    const tenBits = ['-c:v', 'libx265', '-x265-params', 'log-level=none', '-pix_fmt', 'yuv420p10le'];
    await ffmpeg(...picture('128x64', 1), ...tenBits, ...hdr, file);
    await turnClip(file, 90);
    const board = await storyboard(file, { count: 1 });
    expect(board.made.details).toMatchObject({ tile: { width: 64, height: 128 } });
    expect(await brightness(board.outDir, board.cues[0] as Cue)).toBeGreaterThan(20);
  });

  test.each([1, 3, 5, 7, 9])('a long one cut off after %i tenths repeats what there is', async (tenths) => {
    const clip = await fadeIn(70, 2, ['-movflags', '+faststart']);
    await truncate(clip, Math.floor(((await stat(clip)).size * tenths) / 10));
    const board = await storyboard(clip, { count: 5, columns: 5 }).catch((thrown: unknown) => thrown);
    const cues = (board as Partial<Awaited<ReturnType<typeof storyboard>>>).cues?.length;
    expect(cues ?? (board as LandfallError).code).toBeOneOf([5, 'media.damaged']);
  });

  test('a sound has none', async () => {
    const file = join(await scratchFolder(), 'song.mp3');
    await ffmpeg(...sound(1), file);
    await expect(storyboard(file)).rejects.toMatchObject({ code: 'media.no_stream' });
  });
});
