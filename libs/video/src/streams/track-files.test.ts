import { readdir, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { secondsOf } from '#playlists';
import { describe, expect, test } from 'vitest';
import { ask, makeClip } from '../fixtures/clips.fixture.js';
import { scratchFolder } from '../fixtures/media.fixture.js';
import { hlsOf, makeStreams, readText } from './streams.fixture.js';
import { readTrack } from './track-files.js';

test('a master playlist tells of a real stream what its files are', async () => {
  const { outDir } = await makeStreams(await makeClip('320x180', 2.9), hlsOf([180, 90]));
  const master = await readText(outDir, 'master.m3u8');
  const bytesOf = async (folder: string, n: number) =>
    (await stat(join(outDir, folder, `segment_0000${n}.m4s`))).size;
  for (const [folder, size] of [
    ['180p', '320,180'],
    ['90p', '160,90'],
  ] as const) {
    const [, text = ''] = new RegExp(`#EXT-X-STREAM-INF:(.*)\\n${folder}/`).exec(master) ?? [];
    const read = (name: string) => Number(new RegExp(`(?:^|,)${name}=([\\d.]+)`).exec(text)?.[1]);
    const video = await Promise.all([0, 1, 2].map((n) => bytesOf(folder, n)));
    const tracks = await Promise.all([readTrack(outDir, folder), readTrack(outDir, 'audio')]);
    expect(video).toEqual(tracks[0].segments.map(({ sizeBytes }) => sizeBytes));
    const average = tracks.map(
      (track) => (8 * track.segments.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)) / secondsOf(track),
    );
    expect(Math.abs(read('AVERAGE-BANDWIDTH') - average.reduce((sum, rate) => sum + rate, 0))).toBeLessThan(
      2,
    );
    expect(read('BANDWIDTH')).toBeGreaterThanOrEqual(Math.max(...video) * 8);
    expect(text).toContain(`RESOLUTION=${size.replace(',', 'x')}`);
    expect(read('FRAME-RATE')).toBe(25);
    const probed = await ask(
      join(outDir, folder, 'playlist.m3u8'),
      '-show_entries',
      'stream=width,height,level',
    );
    const level = Number.parseInt(/avc1\.6400([\da-f]{2})/.exec(text)?.[1] ?? '', 16);
    expect(probed[0]).toBe(`${size},${level}`);
  }
});

test('sound does not end with a segment that is shorter than the holes that players jump over', async () => {
  // The length is a multiple of that of the segments: the last packet of the sound begins right before the end.
  const { outDir } = await makeStreams(await makeClip('320x180', 4), hlsOf([180]));
  const lengths = [...(await readText(outDir, 'audio/playlist.m3u8')).matchAll(/#EXTINF:([\d.]+)/g)].map(
    ([, seconds]) => Number(seconds),
  );
  expect(lengths).toHaveLength(4);
  expect(lengths.reduce((sum, seconds) => sum + seconds, 0)).toBeCloseTo(4, 1);
  const names = (await readdir(join(outDir, 'audio'))).filter((name) => name.endsWith('.m4s'));
  expect(names).toHaveLength(4);
  // No packet is lost, and none is there twice: the times of all go on.
  const times = (await ask(join(outDir, 'audio/playlist.m3u8'), '-show_entries', 'packet=pts_time')).map(
    Number,
  );
  expect(times.length).toBeGreaterThan(185);
  expect(times.every((time, index) => index === 0 || time > (times[index - 1] ?? 0))).toBe(true);
});

describe('a track that is not complete is none:', () => {
  const head = '#EXTM3U\n#EXT-X-MAP:URI="init.mp4"\n#EXTINF:1,\n0.m4s\n';
  test.each([
    ['no playlist', {}],
    ['no segments', { 'playlist.m3u8': '#EXTM3U\n#EXT-X-MAP:URI="init.mp4"\n#EXT-X-ENDLIST\n' }],
    ['no codec', { 'playlist.m3u8': `${head}#EXT-X-ENDLIST\n`, 'init.mp4': 'avcC' }],
  ])('%s', async (_, files) => {
    const folder = await scratchFolder();
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    await expect(readTrack(folder, '.')).rejects.toMatchObject({ code: 'media.encoder_failed' });
  });
});

describe('a track of which the disk could not hold all is made again:', () => {
  test.each([
    ['an empty playlist', 'playlist.m3u8', 0],
    ['a playlist that ends early', 'playlist.m3u8', 100],
    ['an empty segment', 'segment_00002.m4s', 0],
    ['a segment that ends early', 'segment_00002.m4s', 500],
  ])('%s', async (_, file, sizeBytes) => {
    const { outDir } = await makeStreams(await makeClip('320x180', 3), hlsOf([180]));
    await truncate(join(outDir, '180p', file), sizeBytes);
    const rejection = { code: 'media.scratch_full', retryable: true };
    await expect(readTrack(outDir, '180p')).rejects.toMatchObject(rejection);
  });
});
