import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  aac,
  ffmpeg,
  h264,
  interlaced,
  makeClip,
  picture,
  sound,
  turnClip,
} from '../fixtures/clips.fixture.js';
import { limits, never, probe, scratchFolder, serveFile, tools } from '../fixtures/media.fixture.js';
import { withoutPlaces } from './media-tags.js';
import { probeMedia } from './probe-media.js';

describe('the facts of', () => {
  test('a video with sound', async () => {
    const clip = await makeClip('320x180', 2, ['-metadata', 'title=Harbour', '-metadata', 'location=+1+2/']);
    const facts = await probe(clip);
    expect(facts).toMatchObject({
      kind: 'video',
      container: 'mp4',
      video: {
        codec: 'h264',
        width: 320,
        height: 180,
        rotation: 0,
        frameRate: 25,
        hdr: false,
        interlaced: false,
      },
      audio: { codec: 'aac', channels: 1, sampleRateHz: 44_100, language: null },
      tags: { title: 'Harbour' },
    });
    expect(facts.durationMs).toBeGreaterThan(1_900);
    expect(Object.keys(facts.tags).filter((name) => name.startsWith('location'))).toEqual([]);
    expect(facts.streams).toMatchObject([
      { index: 0, type: 'video', codec: 'h264', width: 320, height: 180, bitDepth: 8, hdr: null },
      {
        index: 1,
        type: 'audio',
        codec: 'aac',
        channels: 1,
        channelLayout: 'mono',
        dispositions: ['default'],
      },
    ]);
    expect(facts).toMatchObject({ startMs: 0, chapterCount: 0 });
  });

  test.each([
    [90, 180, 320],
    [180, 320, 180],
    [270, 180, 320],
  ] as const)('a video turned by %s degrees', async (rotation, width, height) => {
    const clip = await makeClip('320x180', 1);
    await turnClip(clip, rotation);
    expect(await probe(clip)).toMatchObject({ video: { rotation, width, height } });
  });

  test('a QuickTime file', async () => {
    const file = join(await scratchFolder(), 'clip.mov');
    await ffmpeg(...picture('320x180', 1), ...h264, file);
    expect(await probe(file)).toMatchObject({ container: 'mov', audio: null });
  });

  test('an anamorphic video', async () => {
    const clip = await makeClip('360x288', 1, ['-vf', 'setsar=16/15', '-aspect', '4:3']);
    expect(await probe(clip)).toMatchObject({ video: { width: 384, height: 288 } });
  });

  test('odd sides, no sound, Matroska', async () => {
    const file = join(await scratchFolder(), 'odd.mkv');
    await ffmpeg(...picture('320x180', 1), '-vf', 'scale=161:91,format=gbrp', '-c:v', 'ffv1', file);
    expect(await probe(file)).toMatchObject({
      container: 'matroska',
      video: { codec: 'ffv1', width: 161, height: 91 },
      audio: null,
    });
  });

  test('a song with a cover', async () => {
    const folder = await scratchFolder();
    await ffmpeg(...picture('200x200', 1), '-frames:v', '1', join(folder, 'cover.png'));
    const song = join(folder, 'song.mp3');
    const cover = [
      '-i',
      join(folder, 'cover.png'),
      '-map',
      '0:a',
      '-map',
      '1:v',
      '-disposition:v',
      'attached_pic',
    ];
    await ffmpeg(...sound(2), ...cover, song);
    expect(await probe(song)).toMatchObject({
      kind: 'audio',
      container: 'mp3',
      video: null,
      audio: { codec: 'mp3' },
    });
  });

  test('5.1 sound and its language', async () => {
    const file = join(await scratchFolder(), 'surround.mka');
    await ffmpeg(...sound(1), '-af', 'pan=5.1|c0=c0|c1=c0|c5=c0', '-metadata:s:a:0', 'language=deu', file);
    expect(await probe(file)).toMatchObject({ kind: 'audio', audio: { channels: 6, language: 'deu' } });
  });

  test('interlaced and HDR video', async () => {
    const folder = await scratchFolder();
    const [fields, hdr] = [join(folder, 'fields.mpg'), join(folder, 'hdr.mkv')];
    await ffmpeg(...picture('320x240', 1), ...interlaced, fields);
    const pq = ['-color_trc', 'smpte2084', '-color_primaries', 'bt2020', '-colorspace', 'bt2020nc'];
    await ffmpeg(...picture('320x240', 1), '-pix_fmt', 'yuv420p10le', '-c:v', 'libx264', ...pq, hdr);
    expect(await probe(fields)).toMatchObject({ video: { interlaced: true } });
    expect(await probe(hdr)).toMatchObject({
      video: { hdr: true, pixelFormat: 'yuv420p10le' },
      streams: [{ hdr: 'pq', bitDepth: 10 }],
    });
  });

  test('a variable frame rate', async () => {
    const file = join(await scratchFolder(), 'variable.mkv');
    const drop = ['-vf', "select='not(between(n,10,30))'"];
    await ffmpeg(...picture('320x180', 2), ...drop, ...h264, file);
    expect(await probe(file)).toMatchObject({ video: { frameRate: 25 } });
  });

  test('a video behind a URL, most of which is not read', async () => {
    const clip = await makeClip('640x360', 4, ['-movflags', '+faststart', '-qp', '1']);
    const { url, counted } = await serveFile(clip);
    expect(await probe(url)).toMatchObject({ kind: 'video', video: { width: 640 } });
    expect(counted.requests).toBeGreaterThan(0);
  });
});

describe('what ffprobe said', () => {
  const places = ['-metadata', 'location=+51.5-000.1/', '-metadata:s:v', 'location=+51.5-000.1/'];

  test('is kept without the name of the file, and on request without places', async () => {
    const file = join(await scratchFolder(), 'where.mkv');
    await ffmpeg(...picture('64x64', 1), ...h264, ...places, file);
    const facts = await probe(file);
    expect(facts.raw).toMatchObject({ format: { format_name: 'matroska,webm' }, streams: [{ level: 10 }] });
    expect(JSON.stringify(facts.raw)).toContain('51.5');
    expect(JSON.stringify(facts.raw)).not.toContain('where.mkv');
    expect(JSON.stringify(withoutPlaces(facts))).not.toContain('51.5');
    expect(withoutPlaces(facts).raw).toMatchObject({ streams: [{ chroma_location: 'left' }] });
  });

  test('is bounded', async () => {
    const file = join(await scratchFolder(), 'wordy.mkv');
    const words = Array.from({ length: 150 }, (_, at) => [
      '-metadata',
      `t${at}=${'word '.repeat(400)}`,
    ]).flat();
    await ffmpeg(...picture('64x64', 1), ...h264, ...words, file);
    const facts = await probe(file);
    expect(JSON.stringify(facts).length).toBeLessThan(130_000);
    expect(Object.keys(facts.tags).length).toBeLessThanOrEqual(50);
  });
});

test('streams of every type are told, and chapters counted', async () => {
  const folder = await scratchFolder();
  const [text, chapters, file] = [join(folder, 'a.srt'), join(folder, 'chapters'), join(folder, 'all.mkv')];
  await writeFile(text, '1\n00:00:00,000 --> 00:00:01,000\nHello\n');
  const chapter = (start: number) => `[CHAPTER]\nTIMEBASE=1/1000\nSTART=${start}\nEND=${start + 500}\n`;
  await writeFile(chapters, `;FFMETADATA1\n${chapter(0)}${chapter(500)}`);
  const extras = ['-i', text, '-f', 'ffmetadata', '-i', chapters, '-attach', text];
  const maps = ['-map', '0', '-map', '1', '-map', '2', '-map_metadata', '3', '-map_chapters', '3'];
  const reported = [
    '-metadata:s:s',
    'language=deu',
    '-metadata:s:s',
    'title=Signs',
    '-disposition:s',
    'forced',
  ];
  const type = ['-metadata:s:t', 'mimetype=text/plain'];
  await ffmpeg(...picture('64x64', 1), ...sound(1), ...extras, ...maps, ...h264, ...reported, ...type, file);
  const facts = await probe(file);
  expect(facts.chapterCount).toBe(2);
  expect(facts.streams.map(({ type: kind }) => kind)).toEqual(['video', 'audio', 'subtitle', 'attachment']);
  expect(facts.streams[2]).toMatchObject({ language: 'deu', title: 'Signs', dispositions: ['forced'] });
});

test('a file that claims to last for years is refused', async () => {
  const limited = { ...limits, maxDurationMs: 1_500 };
  await expect(probeMedia(tools, await makeClip('64x64', 2), limited, never)).rejects.toMatchObject({
    code: 'media.too_long',
  });
});

test('a frame with more pixels than allowed is not decoded', async () => {
  const clip = await makeClip('640x360', 1);
  await expect(probeMedia(tools, clip, { ...limits, maxPixels: 230_399 }, never)).rejects.toMatchObject({
    code: 'media.too_many_pixels',
  });
});

test('a raw stream with more pixels than allowed is not decoded', async () => {
  const file = join(await scratchFolder(), 'large.ts');
  await ffmpeg(...picture('640x360', 1), ...h264, ...aac, file);
  await expect(probeMedia(tools, file, { ...limits, maxPixels: 1_000 }, never)).rejects.toMatchObject({
    code: 'media.too_many_pixels',
  });
});
