import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ask, makeClip } from '../../video/src/fixtures/clips.fixture.js';
import { writeManifest } from './dash-manifest.js';
import { scratchFolder } from '../../video/src/fixtures/media.fixture.js';
import { writeMasterPlaylist, type Subtitles } from './master-playlist.js';
import { ratesOf, secondsOf, writeMediaPlaylist } from './media-playlist.js';
import { hlsOf, makeStreams, readText } from '../../video/src/streams/streams.fixture.js';
import { readTrack, type Track } from '../../video/src/streams/track-files.js';

/** A track with segments of [seconds, bytes]. */
function trackOf(folder: string, segments: [number, number][], codec = 'avc1.640028'): Track {
  return {
    folder,
    initPath: `${folder}/init.mp4`,
    codec,
    timescale: 1_000,
    segments: segments.map(([seconds, sizeBytes], index) => ({
      path: `${folder}/${index}.m4s`,
      ticks: seconds * 1_000,
      frames: seconds * 25,
      sizeBytes,
    })),
  };
}
const rung = {
  track: trackOf('90p', [
    [4, 4_000],
    [4, 8_000],
    [0.1, 1_000],
  ]),
  size: { width: 160, height: 90 },
  frameRate: 24_000 / 1_001,
  range: 'SDR' as const,
};
const sound = { track: trackOf('audio', [[4, 1_000]], 'mp4a.40.2'), channels: 2, language: null };

test('rates are measured from the segments; a last scrap of one is no peak', () => {
  expect(secondsOf(rung.track)).toBeCloseTo(8.1);
  expect(ratesOf(rung.track)).toEqual({
    averageBps: Math.ceil(104_000 / 8.1),
    peakBps: Math.ceil(72_000 / 4.1),
  });
});

test('a media playlist is exact', () => {
  expect(writeMediaPlaylist(rung.track, null).split('\n')).toEqual([
    '#EXTM3U',
    '#EXT-X-VERSION:7',
    '#EXT-X-TARGETDURATION:4',
    '#EXT-X-MEDIA-SEQUENCE:0',
    '#EXT-X-PLAYLIST-TYPE:VOD',
    '#EXT-X-INDEPENDENT-SEGMENTS',
    '#EXT-X-MAP:URI="init.mp4"',
    '#EXTINF:4.000000,',
    '0.m4s',
    '#EXTINF:4.000000,',
    '1.m4s',
    '#EXTINF:0.100000,',
    '2.m4s',
    '#EXT-X-ENDLIST',
    '',
  ]);
});

describe('a master playlist', () => {
  test.each([
    ['eng', 'LANGUAGE="en",'],
    ['zh-Hans', 'LANGUAGE="zh-Hans",'],
    ['not a "language', ''],
    [null, ''],
  ])('names the language %s', (language, wanted) => {
    const master = writeMasterPlaylist({ rungs: [rung], sound: { ...sound, language }, subtitles: [] });
    expect(master).toContain(`AUTOSELECT=YES,${wanted}CHANNELS="2"`);
  });

  test('tells of a real stream what its files are', async () => {
    const { outDir } = await makeStreams(await makeClip('320x180', 3), hlsOf([180, 90]));
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
});

test('a DASH manifest tells frame rates as fractions, runs of segments, and subtitles as whole files', () => {
  const words: Subtitles = {
    folder: 'subtitles-0',
    path: 'subtitles-0/cues.vtt',
    name: 'English',
    language: 'en',
    forced: false,
    cut: false,
    sizeBytes: 100,
  };
  const manifest = writeManifest({ rungs: [rung], sound: { ...sound, language: 'ger' }, subtitles: [words] });
  expect(manifest).toContain('frameRate="24000/1001"');
  expect(manifest).toContain('<SegmentTimeline><S t="0" d="4000" r="1"/><S d="100"/></SegmentTimeline>');
  expect(manifest).toContain('lang="de"');
  expect(manifest).toContain('<BaseURL>subtitles-0/cues.vtt</BaseURL>');
  expect(manifest.match(/<SegmentURL /g)).toHaveLength(4);
});

describe('a track that is not complete is none:', () => {
  const head = '#EXTM3U\n#EXT-X-MAP:URI="init.mp4"\n#EXTINF:1,\n0.m4s\n';
  test.each([
    ['no playlist', {}],
    ['no end', { 'playlist.m3u8': head }],
    ['no segments', { 'playlist.m3u8': '#EXTM3U\n#EXT-X-MAP:URI="init.mp4"\n#EXT-X-ENDLIST\n' }],
    ['no codec', { 'playlist.m3u8': `${head}#EXT-X-ENDLIST\n`, 'init.mp4': 'avcC' }],
  ])('%s', async (_, files) => {
    const folder = await scratchFolder();
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    await expect(readTrack(folder, '.')).rejects.toMatchObject({ code: 'media.encoder_failed' });
  });
});
