import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  aac,
  ask,
  ffmpeg,
  grayParts,
  h264,
  interlaced,
  makeClip,
  picture,
  sound,
  turnClip,
} from '../fixtures/clips.fixture.js';
import { ignore, limits, scratchFolder, serveFile, workOn } from '../fixtures/media.fixture.js';
import type { OnProgress } from '#media';
import type { VideoSpecs } from './stream-plan.js';
import { transcodeVideo } from './transcode-video.js';

async function transcode(source: string, specs: VideoSpecs, onProgress: OnProgress = ignore) {
  const work = await workOn(source, { onProgress });
  const made = await transcodeVideo(work, specs);
  return { facts: work.facts, outDir: work.outDir, made };
}
const hls = (...heights: number[]) => ({ hls: { name: 'stream', heights, segmentSeconds: 1 } });
const mp4 = (height: number) => ({ mp4: { name: 'file', height } });

const segmentSeconds = async (outDir: string, folder: string) =>
  [...(await readFile(join(outDir, folder, 'playlist.m3u8'), 'utf8')).matchAll(/EXTINF:([\d.]+)/g)].map(
    (match) => Number(match[1]),
  );
/** Decodes all of it; throws at the first complaint. Returns the number of frames. */
async function countFrames(file: string): Promise<number> {
  await ffmpeg('-xerror', '-i', file, '-f', 'null', '-');
  const counted = await ask(
    file,
    '-count_frames',
    '-select_streams',
    'v:0',
    '-show_entries',
    'stream=nb_read_frames',
  );
  return Number.parseInt(counted[0] ?? '', 10);
}
/** The corner of the first frame that is bright, if only one is. */
async function brightCorner(file: string): Promise<string | undefined> {
  const corners = await grayParts(file, 2, 2);
  return ['top left', 'top right', 'bottom left', 'bottom right'][corners.indexOf(Math.max(...corners))];
}

describe('an HLS ladder', () => {
  test('of full HD plays to its end on every rung, with aligned segments', async () => {
    const clip = await makeClip('1920x1080', 3);
    const shares: number[] = [];
    const { outDir, made } = await transcode(clip, hls(2160, 1080, 480, 240), ({ share }) =>
      shares.push(share),
    );
    const stream = made.get('stream');
    expect(stream).toMatchObject({ main: 'master.m3u8', width: 1920, height: 1080 });

    const sizes = { '1080p': '1920,1080', '480p': '854,480', '240p': '426,240' };
    for (const [folder, size] of Object.entries(sizes)) {
      const playlist = join(outDir, folder, 'playlist.m3u8');
      expect((await ask(playlist, '-show_entries', 'stream=width,height'))[0]).toBe(size);
      expect(await countFrames(playlist)).toBe(75);
      expect(await segmentSeconds(outDir, folder)).toEqual([1, 1, 1]);
      const first = await ask(playlist, '-show_entries', 'packet=pts_time,flags', '-select_streams', 'v');
      expect(
        first.filter((packet) => packet.includes('K')).map((packet) => Math.round(Number.parseFloat(packet))),
      ).toEqual([0, 1, 2]);
    }
    await ffmpeg('-xerror', '-i', join(outDir, 'master.m3u8'), '-map', '0', '-f', 'null', '-');
    for (const file of stream?.files ?? [])
      expect((await stat(join(outDir, file.path))).size).toBeGreaterThan(0);
    expect(shares.at(-1)).toBeGreaterThan(0.9);
    expect(shares.every((share) => share >= 0 && share <= 1)).toBe(true);
  });

  test('names the exact codecs, sizes and measured rates', async () => {
    const { outDir } = await transcode(await makeClip('640x360', 3), hls(360, 240));
    const master = await readFile(join(outDir, 'master.m3u8'), 'utf8');
    const [, rung] = master.split('#EXT-X-STREAM-INF:');
    expect(rung).toMatch(
      /RESOLUTION=640x360,FRAME-RATE=25\.000,CODECS="avc1\.64001e,mp4a\.40\.2",AUDIO="audio"\n360p\/playlist\.m3u8/,
    );

    const bytes = async (folder: string) =>
      Promise.all(
        [0, 1, 2].map(async (n) => (await stat(join(outDir, folder, `segment_0000${n}.m4s`))).size),
      );
    const video = await bytes('360p');
    const audio = await bytes('audio');
    const average = Number(/AVERAGE-BANDWIDTH=(\d+)/.exec(rung ?? '')?.[1]);
    const peak = Number(/^BANDWIDTH=(\d+)/.exec(rung ?? '')?.[1]);
    const total = [...video, ...audio].reduce((all, size) => all + size, 0);
    expect(Math.abs(average / ((total * 8) / 3) - 1)).toBeLessThan(0.05);
    expect(peak).toBeGreaterThanOrEqual(Math.max(...video) * 8);
    expect(master).not.toContain(outDir);
  });

  test('cuts every rung at the same frames when the rate is no whole number', async () => {
    const file = join(await scratchFolder(), 'film.mp4');
    await ffmpeg(...picture('320x180', 4, '24000/1001'), ...h264, file);
    const { outDir } = await transcode(file, hls(180, 120));
    expect(await segmentSeconds(outDir, '180p')).toEqual(await segmentSeconds(outDir, '120p'));
    expect((await segmentSeconds(outDir, '180p')).length).toBe(4);
  });

  test('of a video without sound has none', async () => {
    const file = join(await scratchFolder(), 'silent.mp4');
    await ffmpeg(...picture('320x180'), ...h264, file);
    const { outDir, made } = await transcode(file, { ...hls(180), ...mp4(180) });
    const master = await readFile(join(outDir, 'master.m3u8'), 'utf8');
    expect(master).not.toMatch(/AUDIO|mp4a/);
    expect(made.get('stream')?.files.some((file) => file.path.startsWith('audio'))).toBe(false);
    expect(await ask(join(outDir, 'video.mp4'), '-show_entries', 'stream=codec_name')).toEqual(['h264']);
  });
});

describe('an MP4', () => {
  test("has its index before the media, and nothing of the source's tags", async () => {
    const clip = await makeClip('640x360', 2, [
      '-metadata',
      'location=+31.2+121.4/',
      '-metadata',
      'title=Home',
    ]);
    const { outDir, made } = await transcode(clip, mp4(240));
    expect(made.get('file')).toMatchObject({
      files: [{ path: 'video.mp4', mimeType: 'video/mp4' }],
      width: 426,
      height: 240,
    });
    const bytes = await readFile(join(outDir, 'video.mp4'));
    expect(bytes.indexOf('moov')).toBeLessThan(bytes.indexOf('mdat'));
    expect(bytes.includes('Home') || bytes.includes('+31.2')).toBe(false);
    expect(await countFrames(join(outDir, 'video.mp4'))).toBe(50);
  });

  test('is never enlarged, and odd sides become even', async () => {
    const file = join(await scratchFolder(), 'odd.mkv');
    await ffmpeg(...picture('320x180', 1), '-vf', 'scale=161:91,format=gbrp', '-c:v', 'ffv1', file);
    const { outDir, made } = await transcode(file, { ...hls(720), ...mp4(720) });
    expect(made.get('file')).toMatchObject({ width: 160, height: 90 });
    expect(made.get('stream')).toMatchObject({ width: 160, height: 90 });
    expect(await ask(join(outDir, 'video.mp4'), '-show_entries', 'stream=pix_fmt,color_space')).toEqual([
      'yuv420p,bt709',
    ]);
  });

  test.each([
    [90, 'top right'],
    [180, 'bottom right'],
    [270, 'bottom left'],
  ] as const)('of a video turned by %s degrees stands upright', async (degrees, corner) => {
    const file = join(await scratchFolder(), 'turned.mp4');
    const bright = 'drawbox=0:0:160:90:white:fill';
    await ffmpeg('-f', 'lavfi', '-i', 'color=black:size=320x180:duration=1', '-vf', bright, ...h264, file);
    await turnClip(file, degrees);
    const { outDir, made } = await transcode(file, mp4(360));
    const size = degrees === 180 ? { width: 320, height: 180 } : { width: 180, height: 320 };
    expect(made.get('file')).toMatchObject(size);
    expect(await brightCorner(join(outDir, 'video.mp4'))).toBe(corner);
  });

  test('of anamorphic video has square pixels', async () => {
    const clip = await makeClip('360x288', 1, ['-aspect', '4:3']);
    const { outDir } = await transcode(clip, mp4(1080));
    expect(
      await ask(
        join(outDir, 'video.mp4'),
        '-select_streams',
        'v',
        '-show_entries',
        'stream=width,height,sample_aspect_ratio',
      ),
    ).toEqual(['384,288,1:1']);
  });

  test('of 10-bit HDR, interlaced video and 5.1 sound is what every player takes', async () => {
    const folder = await scratchFolder();
    const [hdr, fields] = [join(folder, 'hdr.mkv'), join(folder, 'fields.mpg')];
    const pq = ['-color_trc', 'smpte2084', '-color_primaries', 'bt2020', '-colorspace', 'bt2020nc'];
    const surround = ['-af', 'pan=5.1|c0=c0|c1=c0|c5=c0', '-c:a', 'flac'];
    await ffmpeg(
      ...picture('320x180', 1),
      ...sound(1),
      '-pix_fmt',
      'yuv420p10le',
      '-c:v',
      'libx264',
      ...pq,
      ...surround,
      hdr,
    );
    await ffmpeg(...picture('320x240', 2), ...interlaced, fields);
    const fromHdr = await transcode(hdr, mp4(180));
    const stream = ['-show_entries', 'stream=codec_name,profile,pix_fmt,channels'];
    expect(await ask(join(fromHdr.outDir, 'video.mp4'), ...stream)).toEqual([
      'h264,High,yuv420p',
      'aac,LC,2',
    ]);
    expect(
      await ask(
        join(fromHdr.outDir, 'video.mp4'),
        '-select_streams',
        'v',
        '-show_entries',
        'stream=color_transfer',
      ),
    ).toEqual(['bt709']);
    const fromFields = await transcode(fields, mp4(240));
    expect(await ask(join(fromFields.outDir, 'video.mp4'), '-show_entries', 'stream=field_order')).toEqual([
      'progressive',
    ]);
  });

  test('of a variable frame rate keeps the length of its source', async () => {
    const file = join(await scratchFolder(), 'variable.mkv');
    const drop = ['-vf', "select='not(between(n,10,60))'"];
    await ffmpeg(...picture('320x180', 4), ...drop, ...h264, file);
    const { outDir } = await transcode(file, mp4(180));
    expect(await countFrames(join(outDir, 'video.mp4'))).toBe(100);
  });

  test('is made from a URL', async () => {
    const { url } = await serveFile(await makeClip());
    const { made } = await transcode(url, mp4(180));
    expect(made.get('file')).toMatchObject({ width: 320, height: 180 });
  });
});

test('a picture that starts late and sound that starts later stay together', async () => {
  const file = join(await scratchFolder(), 'late.mkv');
  await ffmpeg(...picture('320x180', 2), '-itsoffset', '1', ...sound(2), ...h264, '-c:a', 'aac', file);
  const { outDir } = await transcode(file, mp4(180));
  const heard = await ask(
    join(outDir, 'video.mp4'),
    '-select_streams',
    'a',
    '-show_entries',
    'stream=start_time,duration',
  );
  expect(heard[0]).toMatch(/^0\.000000,3\.0/);
});

test('an audio file is refused', async () => {
  const file = join(await scratchFolder(), 'song.m4a');
  await ffmpeg(...sound(1), ...aac, file);
  await expect(transcode(file, mp4(180))).rejects.toMatchObject({ code: 'media.no_stream' });
});

test('an abort in the middle ends ffmpeg and rejects with the reason', async () => {
  const clip = await makeClip('640x360', 4);
  const abort = new AbortController();
  const reason = new Error('the worker shuts down');
  const onProgress = () => abort.abort(reason);
  const work = await workOn(clip, { signal: abort.signal, onProgress });
  await expect(transcodeVideo(work, mp4(360))).rejects.toBe(reason);
});

test('a run that takes too long is ended', async () => {
  const clip = await makeClip('640x360', 4);
  const work = await workOn(clip, { limits: { ...limits, timeoutMs: 1 } });
  await expect(transcodeVideo(work, mp4(360))).rejects.toMatchObject({ code: 'media.timed_out' });
});
