import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import type { Stack, UploadView } from '#testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { decode, sound, video } from '../fixtures/files.fixture.js';
import { putToEnd, startPipelines } from '../fixtures/uploads.fixture.js';

const pipelines = `
version: 1
pipelines:
  - name: videos
    match: { kind: video }
    renditions:
      - { name: poster, kind: poster, share: 0.5, width: 160, format: jpeg }
      - { name: loop, kind: preview, seconds: 1, width: 80 }
      - { name: film, kind: preview, seconds: 1, width: 80, format: mp4 }
      - { name: board, kind: storyboard, width: 64, intervalSeconds: 0.5, columns: 2, rows: 2 }
      - { name: song, kind: audio, codec: mp3, bitrateKbps: 64 }
      - { name: wave, kind: waveform, pixelsPerSecond: 10 }
      - { name: download, kind: mp4, height: 64 }
  - name: sounds
    match: { kind: audio }
    renditions:
      - { name: aac, kind: audio, normalize: true }
      - { name: opus, kind: audio, codec: opus, channels: 1, bitrateKbps: 48 }
      - { name: wave, kind: waveform }
      - { name: picture, kind: waveform, format: png, width: 100, height: 20 }
`;

let stack: Stack;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stills-'));
  stack = await startPipelines('postgres', pipelines);
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const get = async (url: string | null | undefined) => {
  const answer = await fetch(url ?? 'http://nowhere.invalid');
  expect(answer.status).toBe(200);
  return { type: answer.headers.get('content-type'), bytes: Buffer.from(await answer.arrayBuffer()) };
};
const byName = ({ renditions }: UploadView) => new Map(renditions.map((one) => [one.name, one]));

test('stills and sounds of a video are published, and open', async () => {
  const upload = await putToEnd(
    stack,
    'a.mp4',
    await readFile(await video(folder, { seconds: 3, size: '128x72' })),
  );
  expect(upload.renditions.map(({ name, status, error }) => [name, status, error])).toEqual(
    ['poster', 'loop', 'film', 'board', 'song', 'wave', 'download'].map((name) => [name, 'ready', null]),
  );
  const made = byName(upload);
  const poster = await sharp((await get(made.get('poster')?.url)).bytes).metadata();
  expect([poster.format, poster.width, poster.height]).toEqual(['jpeg', 128, 72]);
  const loop = await sharp((await get(made.get('loop')?.url)).bytes, { animated: true }).metadata();
  expect([loop.format, loop.width, loop.pages]).toEqual(['webp', 80, 10]);
  expect(await decode(made.get('film')?.url ?? '')).toMatchObject({ frames: 10, width: 80 });
  expect(made.get('song')).toMatchObject({ mimeType: 'audio/mpeg', encoder: 'libmp3lame' });
  expect(made.get('song')?.objectKey).toMatch(/\.mp3$/);
  const peaks = JSON.parse((await get(made.get('wave')?.url)).bytes.toString()) as Record<string, unknown>;
  expect(peaks).toMatchObject({ version: 2, samples_per_pixel: 4_800 });
});

test('the cues of a storyboard name sheets that open, as a player asks for them', async () => {
  const upload = await putToEnd(
    stack,
    'b.mp4',
    await readFile(await video(folder, { seconds: 4, size: '128x72' })),
  );
  const board = byName(upload).get('board');
  expect(board).toMatchObject({
    mimeType: 'text/vtt',
    details: { tiles: 8, sheets: 2, intervalMs: 500, tile: { width: 64, height: 36 } },
  });
  const { type, bytes } = await get(board?.url);
  expect(type).toMatch(/^text\/vtt/);
  const cues = bytes.toString().trim().split('\n\n').slice(1);
  expect(cues.map((cue) => cue.split(' --> ')[0])).toEqual(
    Array.from({ length: 8 }, (_, index) => `00:00:0${Math.floor(index / 2)}.${index % 2 ? '500' : '000'}`),
  );
  const targets = cues.map((cue) => cue.split('\n')[1]?.split('#xywh=') ?? []);
  expect(targets.map(([, box]) => box)).toEqual(
    [...'01230123'].map((place) => `${64 * (Number(place) % 2)},${36 * (Number(place) >> 1)},64,36`),
  );
  // One address for a sheet, so that it is loaded once.
  const sheets = [...new Set(targets.map(([url]) => url))];
  expect(sheets).toHaveLength(2);
  for (const sheet of sheets) {
    const { format, width, height } = await sharp((await get(sheet)).bytes).metadata();
    expect([format, width, height]).toEqual(['jpeg', 128, 72]);
  }
});

test('a sound gets its files, one loudness and its waveforms', async () => {
  const upload = await putToEnd(stack, 'c.wav', await sound(folder));
  expect(upload.status).toBe('ready');
  const made = byName(upload);
  expect(made.get('aac')).toMatchObject({
    mimeType: 'audio/mp4',
    details: { loudness: { integratedLufs: expect.any(Number) }, gainDb: expect.any(Number) },
  });
  const ogg = await get(made.get('opus')?.url);
  expect(ogg.bytes.toString('latin1', 0, 4)).toBe('OggS');
  const picture = await sharp((await get(made.get('picture')?.url)).bytes).metadata();
  expect([picture.format, picture.width, picture.height]).toEqual(['png', 100, 20]);
});

test('of a silent video only the sounds fail, each with the reason', async () => {
  const file = await video(folder, { seconds: 1, size: '64x36', silent: true });
  const upload = await putToEnd(stack, 'd.mp4', await readFile(file));
  expect(upload.renditions.map(({ name, status, error }) => [name, status, error?.code])).toEqual([
    ...['poster', 'loop', 'film', 'board'].map((name) => [name, 'ready', undefined]),
    ...['song', 'wave'].map((name) => [name, 'failed', 'media.no_stream']),
    ['download', 'ready', undefined],
  ]);
});
