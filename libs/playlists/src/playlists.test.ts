import { describe, expect, test } from 'vitest';
import { type Subtitles, writeMasterPlaylist } from './master-playlist.js';
import { writeManifest } from './dash-manifest.js';
import { writeGrowing } from './growing-stream.js';
import { ratesOf, secondsOf, writeMediaPlaylist } from './media-playlist.js';
import type { Track } from './track.js';

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

describe('a stream that grows', () => {
  const lasting = (folder: string, seconds: number[]) =>
    trackOf(
      folder,
      seconds.map((one) => [one, 1_000]),
    );
  const pictures = [[4, 4], [4], [4, 1]].map((seconds) => ({
    part: { ...rung, track: lasting('90p', seconds) },
    iv: null,
  }));
  const heard = { part: { ...sound, track: lasting('audio', [4.01, 3.99, 4.01, 4, 3]) }, iv: null };
  const linesOf = (grown: Parameters<typeof writeGrowing>[0], path: string) =>
    writeGrowing(grown, path, '../key')?.split('\n') ?? [];
  const segmentsIn = (lines: string[]) => lines.filter((line) => line.endsWith('.m4s')).length;

  test('is an event that begins at its beginning, and does not end', () => {
    expect(
      linesOf({ pictures: pictures.slice(0, 1), sound: null, isWhole: false }, '90p/playlist.m3u8'),
    ).toEqual([
      '#EXTM3U',
      '#EXT-X-VERSION:7',
      '#EXT-X-TARGETDURATION:4',
      '#EXT-X-MEDIA-SEQUENCE:0',
      '#EXT-X-PLAYLIST-TYPE:EVENT',
      '#EXT-X-START:TIME-OFFSET=0',
      '#EXT-X-INDEPENDENT-SEGMENTS',
      '#EXT-X-MAP:URI="init.mp4"',
      '#EXTINF:4.000000,',
      '0.m4s',
      '#EXTINF:4.000000,',
      '1.m4s',
      '',
    ]);
  });

  test('lists more and more, what it listed in the same place, and sound as far as pictures', () => {
    for (const path of ['90p/playlist.m3u8', 'audio/playlist.m3u8']) {
      let before: string[] = [];
      for (const [count, segments] of [2, 3, 5].entries()) {
        const lines = linesOf(
          { pictures: pictures.slice(0, count + 1), sound: heard, isWhole: false },
          path,
        ).slice(0, -1);
        expect(lines.slice(0, before.length)).toEqual(before);
        expect(segmentsIn(lines)).toBe(segments);
        before = lines;
      }
    }
    const short = { ...heard, part: { ...sound, track: lasting('audio', [4]) } };
    expect(segmentsIn(linesOf({ pictures, sound: short, isWhole: false }, '90p/playlist.m3u8'))).toBe(1);
  });

  test('ends when its tracks are whole, each with all that it has', () => {
    const longer = { ...heard, part: { ...sound, track: lasting('audio', [4.01, 3.99, 4.01, 4, 1, 0.1]) } };
    for (const [path, segments] of [
      ['90p/playlist.m3u8', 5],
      ['audio/playlist.m3u8', 6],
    ] as const) {
      const before = linesOf({ pictures, sound: longer, isWhole: false }, path).slice(0, -1);
      const lines = linesOf({ pictures, sound: longer, isWhole: true }, path).slice(0, -1);
      expect(lines.slice(0, before.length)).toEqual(before);
      expect(segmentsIn(lines)).toBe(segments);
      expect(lines.at(-1)).toBe('#EXT-X-ENDLIST');
    }
  });

  test('has a master with what plays, and nothing else', () => {
    const master = linesOf({ pictures, sound: heard, isWhole: false }, 'master.m3u8');
    expect(master.filter((line) => line.endsWith('playlist.m3u8'))).toEqual(['90p/playlist.m3u8']);
    expect(master.join()).toContain('URI="audio/playlist.m3u8"');
    for (const path of ['manifest.mpd', '180p/playlist.m3u8', '../90p/playlist.m3u8'])
      expect(writeGrowing({ pictures, sound: heard, isWhole: false }, path, '../key')).toBeNull();
    expect(writeGrowing({ pictures: [], sound: heard, isWhole: false }, 'master.m3u8', '../key')).toBeNull();
  });

  test('names key and vector of what is encrypted', () => {
    const hidden = pictures.map(({ part }) => ({ part, iv: 'ab'.repeat(16) }));
    expect(linesOf({ pictures: hidden, sound: null, isWhole: false }, '90p/playlist.m3u8')).toContain(
      `#EXT-X-KEY:METHOD=AES-128,URI="../key",IV=0x${'ab'.repeat(16)}`,
    );
  });
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
