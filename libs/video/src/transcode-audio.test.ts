import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ask, ffmpeg, makeClip, picture, sound } from './clips.suite.js';
import { ignore, limits, never, probe, scratchFolder, tools } from './fixtures.suite.js';
import { transcodeAudio } from './transcode-audio.js';

async function transcode(source: string) {
  const facts = await probe(source);
  const outDir = await scratchFolder();
  const spec = { name: 'audio', codec: 'aac', bitrateKbps: 96 } as const;
  const made = await transcodeAudio(tools, source, facts, spec, outDir, limits, never, ignore);
  return { made, file: join(outDir, 'audio.m4a') };
}
const streams = (file: string) => ask(file, '-show_entries', 'stream=codec_name,sample_rate,channels');

test.each(['mp3', 'flac', 'wav', 'ogg', 'm4a'])('%s becomes AAC in M4A', async (extension) => {
  const source = join(await scratchFolder(), `song.${extension}`);
  await ffmpeg(...sound(2), source);
  const { made, file } = await transcode(source);
  expect(made).toMatchObject({
    files: [{ path: 'audio.m4a', mimeType: 'audio/mp4' }],
    main: 'audio.m4a',
    width: null,
  });
  expect(Math.abs((made.durationMs ?? 0) - 2_000)).toBeLessThan(100);
  expect(await streams(file)).toEqual(['aac,48000,1']);
});

test('a cover is left out, and 5.1 becomes stereo', async () => {
  const folder = await scratchFolder();
  const [cover, song] = [join(folder, 'cover.jpg'), join(folder, 'song.flac')];
  await ffmpeg(...picture('64x64', 1), '-frames:v', '1', cover);
  const surround = ['-af', 'pan=5.1|c0=c0|c1=c0|c5=c0'];
  await ffmpeg(
    ...sound(2),
    '-i',
    cover,
    '-map',
    '0:a',
    '-map',
    '1:v',
    ...surround,
    '-disposition:v',
    'attached_pic',
    song,
  );
  expect(await streams((await transcode(song)).file)).toEqual(['aac,48000,2']);
});

test('the sound of a video can be taken alone; a silent one has none', async () => {
  expect(await streams((await transcode(await makeClip())).file)).toEqual(['aac,48000,1']);
  const silent = await makeClip('320x180', 1, ['-an']);
  await expect(transcode(silent)).rejects.toMatchObject({ code: 'media.no_stream' });
});
