import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ask, ffmpeg, grayParts, h264, interlaced, picture, sound } from '../fixtures/clips.fixture.js';
import { scratchFolder } from '../fixtures/media.fixture.js';
import {
  firstLight,
  firstSound,
  hashFrames,
  hlsOf,
  makeStreams,
  readText,
  timesOf,
} from './streams.fixture.js';

const rate = 25;
const frame = 1 / rate;
const specs = { ...hlsOf([90]), mp4: { name: 'file', height: 90 } };

/** A picture that lights up, and a sound that begins, at the same second of their own. */
const flash = (seconds: number) => [
  '-f',
  'lavfi',
  '-i',
  `color=black:size=160x90:rate=${rate}:duration=${seconds},drawbox=color=white:t=fill:enable='gte(t,1)'`,
];
const beep = (seconds: number) => [
  '-f',
  'lavfi',
  '-i',
  `sine=frequency=440:sample_rate=48000:duration=${seconds},volume=0:enable='lt(t,1)'`,
];

async function makeFlash(name: string, args: (string | string[])[]): Promise<string> {
  const file = join(await scratchFolder(), name);
  await ffmpeg(...args.flat(), file);
  return file;
}

describe('the flash comes with the beep', () => {
  const aac = ['-c:a', 'aac'];
  test.each<[string, string, (string | string[])[], lateByS: number]>([
    ['of an MP4', 'a.mp4', [flash(3), beep(3), h264, aac], 0],
    [
      'of an MP4 with frames out of order',
      'a.mp4',
      [flash(3), beep(3), '-c:v', 'libx264', '-bf', '3', aac],
      0,
    ],
    ['of a Matroska file', 'a.mkv', [flash(3), beep(3), h264, aac], 0],
    ['of a transport stream', 'a.ts', [flash(3), beep(3), h264, aac], 0],
    ['when sound starts late', 'a.mp4', [flash(4), '-itsoffset', '0.5', beep(3), h264, aac], 0.5],
    ['when the picture starts late', 'a.mp4', ['-itsoffset', '0.5', flash(3), beep(4), h264, aac], -0.5],
    [
      'when both start below zero',
      'a.mkv',
      [
        '-itsoffset',
        '-0.7',
        flash(3),
        '-itsoffset',
        '-0.7',
        beep(3),
        h264,
        aac,
        '-avoid_negative_ts',
        'disabled',
      ],
      0,
    ],
    ['when all starts at ten minutes', 'a.ts', [flash(3), beep(3), h264, aac, '-output_ts_offset', '600'], 0],
    ['at a film rate', 'a.mkv', [flash(3), beep(3), '-r', '24000/1001', h264, aac], 0],
  ])('%s', async (_, name, args, lateByS) => {
    const source = await makeFlash(name, args);
    const { outDir } = await makeStreams(source, specs);
    for (const [light, tone] of [
      ['90p/playlist.m3u8', 'audio/playlist.m3u8'],
      ['video.mp4', 'video.mp4'],
    ] as const) {
      const outRate = name === 'a.mkv' && args.includes('24000/1001') ? 24_000 / 1_001 : rate;
      const [shown, heard] = [
        await firstLight(join(outDir, light), outRate),
        await firstSound(join(outDir, tone)),
      ];
      expect(Math.abs(heard - shown - lateByS)).toBeLessThan(frame);
      expect((await timesOf(join(outDir, light), 'v')).start).toBeCloseTo(0, 3);
    }
  });
});

describe('sound', () => {
  test('that ends before the picture goes on as silence', async () => {
    const source = await makeFlash('a.mp4', [picture('160x90', 4), sound(1.5), h264, '-c:a', 'aac']);
    const { outDir, stream } = await makeStreams(source, specs);
    expect((await timesOf(join(outDir, 'audio/playlist.m3u8'), 'a')).end).toBeGreaterThan(3.95);
    expect(await hashFrames(join(outDir, '90p/playlist.m3u8'))).toHaveLength(100);
    expect(stream?.durationMs).toBeLessThan(4_100);
  });

  test('that goes on after the picture is kept', async () => {
    const source = await makeFlash('a.mkv', [picture('160x90', 1.5), sound(4), h264, '-c:a', 'aac']);
    const { outDir } = await makeStreams(source, specs);
    expect((await timesOf(join(outDir, 'audio/playlist.m3u8'), 'a')).end).toBeGreaterThan(3.9);
    const frames = (await hashFrames(join(outDir, '90p/playlist.m3u8'))).length;
    expect(Math.abs(frames - 38)).toBeLessThanOrEqual(1);
  });

  test('of six channels is mixed to two, at the loudness that is wanted', async () => {
    const surround = ['-af', 'volume=-20dB,pan=5.1|c0=c0|c1=c0|c5=c0', '-c:a', 'flac'];
    const source = await makeFlash('a.mkv', [picture('160x90', 3), sound(3), h264, surround]);
    const { outDir, stream } = await makeStreams(source, hlsOf([90], { normalize: true }));
    const playlist = join(outDir, 'audio/playlist.m3u8');
    const [stream0] = await ask(playlist, '-show_entries', 'stream=codec_name,channels,sample_rate');
    expect(stream0).toBe('aac,48000,2');
    const measured = await ffmpegReported(playlist);
    expect(Math.abs(measured + 16)).toBeLessThan(1.5);
    expect(stream?.details['loudness']).toMatchObject({ integratedLufs: expect.any(Number) });
  });
});

/** Integrated loudness in LUFS. */
async function ffmpegReported(input: string): Promise<number> {
  const graph = `amovie=${input.replaceAll(':', '\\:')},ebur128=metadata=1`;
  const reported = await ask(
    graph,
    '-f',
    'lavfi',
    '-show_entries',
    'frame_tags=lavfi.r128.I',
    '-of',
    'csv=p=0',
  );
  return Number(reported.at(-1));
}

describe('a picture', () => {
  test('between two frames of its rate repeats none', async () => {
    const source = await makeFlash('a.mkv', [
      picture('160x90', 3, '24'),
      sound(3),
      h264,
      '-c:a',
      'aac',
      '-bf',
      '2',
    ]);
    const { outDir } = await makeStreams(source, specs);
    const hashes = await hashFrames(join(outDir, 'video.mp4'));
    expect(hashes).toHaveLength(72);
    expect(new Set(hashes).size).toBe(72);
  });

  test('of HLG, in 10 bit, is what every screen shows', async () => {
    const hlg = ['-color_trc', 'arib-std-b67', '-color_primaries', 'bt2020', '-colorspace', 'bt2020nc'];
    const source = await makeFlash('a.mkv', [
      picture('160x90', 1),
      ['-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', 'log-level=error'],
      ['-pix_fmt', 'yuv420p10le', ...hlg],
    ]);
    const { outDir } = await makeStreams(source, specs);
    const entries = 'stream=pix_fmt,color_transfer,color_primaries,color_space';
    for (const input of ['90p/playlist.m3u8', 'video.mp4']) {
      expect((await ask(join(outDir, input), '-show_entries', entries))[0]).toBe('yuv420p,bt709,bt709,bt709');
      expect(await hashFrames(join(outDir, input))).toHaveLength(25);
    }
  });

  test('of full range is brought to that of television', async () => {
    const white = ['-f', 'lavfi', '-i', 'color=white:size=160x90:rate=25:duration=1'];
    const full = ['-vf', 'scale=out_range=pc', '-color_range', 'pc', ...h264];
    const { outDir } = await makeStreams(await makeFlash('a.mkv', [white, full]), specs);
    expect((await ask(join(outDir, 'video.mp4'), '-show_entries', 'stream=color_range'))[0]).not.toBe('pc');
    expect((await grayParts(join(outDir, 'video.mp4'), 1, 1))[0]).toBeGreaterThan(230);
  });

  test('of fields has whole frames, as many as the source', async () => {
    const source = await makeFlash('a.mpg', [picture('160x96', 2), interlaced]);
    const { outDir, stream } = await makeStreams(source, specs);
    expect(await hashFrames(join(outDir, '90p/playlist.m3u8'))).toHaveLength(50);
    expect(stream?.height).toBe(90);
  });

  test('without sound has no audio group', async () => {
    const source = await makeFlash('a.mp4', [picture('160x90', 1), h264]);
    const { outDir, stream } = await makeStreams(source, hlsOf([90], { dash: true }));
    expect(await readText(outDir, 'master.m3u8')).not.toMatch(/AUDIO|mp4a/);
    expect(await readText(outDir, 'manifest.mpd')).not.toContain('audio');
    expect(stream?.details['audio']).toBeNull();
  });
});
