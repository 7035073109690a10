import { randomBytes } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ask, ffmpeg, makeClip, picture } from '../fixtures/clips.fixture.js';
import { scratchFolder } from '../fixtures/media.fixture.js';
import type { MadeRendition } from '#media';
import { hashFrames, hlsOf, makeStreams, readText, serveFolder, timesOf } from './streams.fixture.js';

const file = (height: number) => ({ mp4: { name: 'file', height } });

describe.each([
  ['h264', 'avc1.64000c', 'h264,High'],
  ['hevc', /^hvc1\.1\.6\.L\d+\.90$/, 'hevc,Main'],
  ['av1', /^av01\.0\.\d\dM\.08$/, 'av1,Main'],
] as const)('a stream of %s', (codec, name, decoded) => {
  test('plays whole on every rung, with key frames and segments aligned', async () => {
    const clip = await makeClip('320x180', 3);
    const { outDir, stream } = await makeStreams(clip, hlsOf([180, 90], { codec }));
    const rungs = stream?.details['rungs'] as { codec: string; height: number }[];
    expect(rungs.map(({ height }) => height)).toEqual([180, 90]);
    expect(rungs[0]?.codec).toMatch(name);
    for (const folder of ['180p', '90p']) {
      const playlist = join(outDir, folder, 'playlist.m3u8');
      expect((await hashFrames(playlist)).length).toBe(75);
      expect((await ask(playlist, '-show_entries', 'stream=codec_name,profile'))[0]).toBe(decoded);
      const packets = await ask(playlist, '-show_entries', 'packet=pts_time,flags');
      const keys = packets.filter((packet) => packet.includes('K')).map(Number.parseFloat);
      expect(keys).toEqual([0, 1, 2]);
      expect(await readdir(join(outDir, folder))).toHaveLength(5);
    }
    const master = await readText(outDir, 'master.m3u8');
    expect(master.match(/CODECS="([^"]+)"/)?.[1]).toBe(`${rungs[0]?.codec},mp4a.40.2`);
    await ffmpeg('-xerror', '-i', join(outDir, 'master.m3u8'), '-map', '0', '-f', 'null', '-');
  });
});

describe('DASH', () => {
  test('plays the same segments over HTTP', async () => {
    const clip = await makeClip('320x180', 3);
    const { outDir, stream } = await makeStreams(clip, hlsOf([180, 90], { dash: true }));
    const url = await serveFolder(outDir);
    expect(await hashFrames(`${url}/manifest.mpd`)).toEqual(
      await hashFrames(join(outDir, '180p/playlist.m3u8')),
    );
    const streams = await ask(
      `${url}/manifest.mpd`,
      '-show_entries',
      'stream=codec_name,width,height,r_frame_rate',
    );
    expect(streams.slice(0, 3)).toEqual(['h264,320,180,25/1', 'h264,160,90,25/1', 'aac,0/0']);
    expect(stream?.files).toContainEqual({ path: 'manifest.mpd', mimeType: 'application/dash+xml' });
    await ffmpeg('-xerror', '-i', `${url}/manifest.mpd`, '-map', '0', '-f', 'null', '-');
    const manifest = await readText(outDir, 'manifest.mpd');
    expect(manifest).toContain('mediaPresentationDuration="PT3.0');
    expect(manifest.match(/media="180p\/segment_\d+\.m4s"/g)).toHaveLength(3);
  });
});

describe('AES-128', () => {
  const key = randomBytes(16);
  const encryption = 'aes-128' as const;

  test('plays with the key, which only those get who may', async () => {
    const clip = await makeClip('320x180', 3);
    const plain = await makeStreams(clip, hlsOf([90]));
    const { outDir, stream } = await makeStreams(
      clip,
      { ...hlsOf([90], { encryption }), ...file(90) },
      () => ({ key }),
    );
    expect(stream?.files.some(({ path }) => path === 'key')).toBe(false);
    expect(stream?.details['encryption']).toBe(encryption);
    await writeFile(join(outDir, 'key'), key);
    const url = await serveFolder(
      outDir,
      ({ url: path, headers }) => path !== '/key' || headers.authorization === 'Bearer sesame',
    );
    const mayRead = ['-headers', 'Authorization: Bearer sesame\r\n'];
    expect(await hashFrames(`${url}/90p/playlist.m3u8`, ...mayRead)).toEqual(
      await hashFrames(join(plain.outDir, '90p/playlist.m3u8')),
    );
    await ffmpeg('-xerror', ...mayRead, '-i', `${url}/master.m3u8`, '-map', '0', '-f', 'null', '-');
    await expect(hashFrames(`${url}/90p/playlist.m3u8`)).rejects.toThrow('Unable to open key file');
    // The MP4 beside it is not a stream.
    expect((await hashFrames(join(outDir, 'video.mp4'))).length).toBe(75);
  });

  test('hides every file of every track; rates are those of the hidden bytes', async () => {
    const { outDir, stream } = await makeStreams(
      await makeClip('160x90', 2),
      hlsOf([90], { encryption }),
      () => ({ key }),
    );
    const media = (stream?.files ?? []).filter(({ path }) => /m4s|init/.test(path));
    for (const { path } of media) {
      const bytes = await readFile(join(outDir, path));
      expect(bytes.length % 16).toBe(0);
      expect(bytes.includes('moof') || bytes.includes('ftyp')).toBe(false);
    }
    const tags = await Promise.all(
      ['90p', 'audio'].map(
        async (folder) => /^#EXT-X-KEY:.*$/m.exec(await readText(outDir, folder, 'playlist.m3u8'))?.[0],
      ),
    );
    expect(tags[0]).toMatch(/^#EXT-X-KEY:METHOD=AES-128,URI="\.\.\/key",IV=0x[\da-f]{32}$/);
    expect(tags[1]).not.toBe(tags[0]);
    const [rung] = (stream?.details['rungs'] ?? []) as { averageBps: number }[];
    const sizes = await Promise.all(
      [0, 1].map(async (n) => (await readFile(join(outDir, `90p/segment_0000${n}.m4s`))).length),
    );
    expect(rung?.averageBps).toBe(Math.ceil(sizes.reduce((sum, size) => sum + size, 0) * 4));
  });
});

describe('something that plays early', () => {
  test('is the smallest rung with its sound; the whole stream goes on with its segments', async () => {
    const clip = await makeClip('320x180', 2);
    const early: { made: MadeRendition; master: string; hashes: string[] }[] = [];
    const { outDir, stream } = await makeStreams(
      clip,
      { ...hlsOf([180, 120, 90], { firstPlayable: true }), ...file(120) },
      (folder) => ({
        onFirstPlayable: async (made) => {
          early.push({
            made,
            master: await readText(folder, 'master.m3u8'),
            hashes: await hashFrames(join(folder, '90p/playlist.m3u8')),
          });
          for (const { path } of made.files) await readFile(join(folder, path));
        },
      }),
    );
    const [first] = early;
    expect(early).toHaveLength(1);
    expect(first?.made).toMatchObject({ main: 'master.m3u8', width: 160, height: 90 });
    expect(first?.master).toContain('AUDIO="audio"\n90p/playlist.m3u8');
    expect(first?.master).not.toContain('180p');
    expect(first?.hashes).toHaveLength(50);
    expect(await hashFrames(join(outDir, '90p/playlist.m3u8'))).toEqual(first?.hashes);
    const master = await readText(outDir, 'master.m3u8');
    expect([...master.matchAll(/^(\d+p)\//gm)].map(([, folder]) => folder)).toEqual(['180p', '120p', '90p']);
    expect(stream).toMatchObject({ width: 320, height: 180 });
    expect((await timesOf(join(outDir, 'video.mp4'), 'v')).end).toBeCloseTo(2, 2);
  });

  test('is the fallback of a stream that keeps HDR, though only HDR is left to encode after it', async () => {
    const clip = join(await scratchFolder(), 'hdr.mkv');
    const pq = ['-color_trc', 'smpte2084', '-color_primaries', 'bt2020', '-colorspace', 'bt2020nc'];
    await ffmpeg(...picture('320x180', 1), '-c:v', 'ffv1', '-pix_fmt', 'yuv420p10le', ...pq, clip);
    const early: MadeRendition[] = [];
    const { outDir, stream } = await makeStreams(
      clip,
      hlsOf([180], { codec: 'hevc', hdr: 'keep', firstPlayable: true }),
      () => ({ onFirstPlayable: async (made) => void early.push(made) }),
    );
    expect(early).toHaveLength(1);
    const ranges = [...(await readText(outDir, 'master.m3u8')).matchAll(/VIDEO-RANGE=(\w+)/g)];
    expect(ranges.map(([, range]) => range).toSorted()).toEqual(['PQ', 'SDR']);
    expect(stream?.details['rungs']).toHaveLength(2);
  });
});
