import { readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LandfallError } from '#runtime';
import { describe, expect, test } from 'vitest';
import { ask, ffmpeg, makeClip, picture, sound } from '../fixtures/clips.fixture.js';
import { scratchFolder, workOn } from '../fixtures/media.fixture.js';
import { measureLoudness } from '../encoding/measure-loudness.js';
import type { AudioSpec } from '#media';
import { transcodeAudio } from './transcode-audio.js';

async function transcode(source: string, spec: Partial<AudioSpec> = {}) {
  const work = await workOn(source);
  const full = { name: 'audio', codec: 'aac', bitrateKbps: 96, ...spec } as const;
  const made = await transcodeAudio(work, full);
  return { made, file: join(work.outDir, made.main) };
}
const streams = (file: string) => ask(file, '-show_entries', 'stream=codec_name,sample_rate,channels');

/** The samples of one channel, decoded whole. */
async function samplesOf(file: string): Promise<Int16Array> {
  const raw = join(await scratchFolder(), 'samples.raw');
  await ffmpeg('-i', file, '-map', '0:a', '-ac', '1', '-f', 's16le', raw);
  const bytes = new Uint8Array(await readFile(raw));
  return new Int16Array(bytes.buffer, 0, bytes.length / 2);
}

/** How many samples the edit list of an MP4 has played, and how many it leaves out in front (ISO/IEC 14496-12, elst). */
async function editOf(file: string): Promise<number[]> {
  const bytes = await readFile(file);
  const list = bytes.indexOf('elst') + 12;
  return [bytes.readUInt32BE(list), bytes.readInt32BE(list + 4)];
}

async function soundFile(extension: string, ...args: string[]): Promise<string> {
  const file = join(await scratchFolder(), `song.${extension}`);
  await ffmpeg(...args, file);
  return file;
}

test.each(['mp3', 'flac', 'wav', 'ogg', 'm4a'])('%s becomes AAC in M4A', async (extension) => {
  const { made, file } = await transcode(await soundFile(extension, ...sound(2)));
  expect(made).toMatchObject({
    files: [{ path: 'audio.m4a', mimeType: 'audio/mp4' }],
    main: 'audio.m4a',
    width: null,
    encoder: 'aac',
  });
  expect(Math.abs((made.durationMs ?? 0) - 2_000)).toBeLessThan(100);
  expect(await streams(file)).toEqual(['aac,48000,1']);
});

test.each([
  ['aac', 'audio.m4a', 'audio/mp4'],
  ['opus', 'audio.ogg', 'audio/ogg'],
  ['mp3', 'audio.mp3', 'audio/mpeg'],
] as const)('%s keeps the length to the sample, and what begins at once', async (codec, path, mimeType) => {
  // A click at the first sample, one second and a bit.
  const click = ['-f', 'lavfi', '-i', "aevalsrc='if(lt(t,0.01),0.9*sin(3000*t),0)':s=48000:d=1.2345"];
  const { made, file } = await transcode(await soundFile('wav', ...click), { codec, bitrateKbps: 128 });
  expect(made).toMatchObject({ files: [{ path, mimeType }], main: path });
  expect(await streams(file)).toEqual([`${codec},48000,1`]);
  const samples = await samplesOf(file);
  // ffmpeg leaves out what an edit list cuts off in front, and plays what it cuts off at the end.
  expect(codec === 'aac' ? await editOf(file) : [samples.length]).toEqual(
    codec === 'aac' ? [59_256, 1_024] : [59_256],
  );
  const loudest = samples.reduce((best, sample, at) => (sample > (samples[best] ?? 0) ? at : best), 0);
  expect(loudest).toBeLessThan(480);
});

test.each([
  ['mono of two', 2, 1, '1'],
  ['two of mono', 1, 2, '2'],
  ['two of two', 2, undefined, '2'],
])('%s channels', async (_, of, channels, wanted) => {
  const source = await soundFile('wav', ...sound(1), '-ac', String(of));
  expect(await streams((await transcode(source, { channels, codec: 'opus' })).file)).toEqual([
    `opus,48000,${wanted}`,
  ]);
});

test.each([
  ['5.1', 'pan=5.1|c0=c0|c1=c0|c2=c0|c5=c0'],
  ['7.1', 'pan=7.1|c0=c0|c1=c0|c2=c0|c6=c0'],
  ['16 channels of no known places', 'pan=16c|c0=c0|c1=c0|c15=c0'],
])('%s becomes stereo that does not clip', async (_, surround) => {
  const source = await soundFile('wav', ...sound(1), '-af', `${surround},volume=7`);
  const { file } = await transcode(source, { codec: 'mp3', bitrateKbps: 192 });
  expect(await streams(file)).toEqual(['mp3,48000,2']);
  expect(Math.max(...(await samplesOf(file)))).toBeGreaterThan(1_000);
});

test.each([
  ['mono of 512 kbit/s', 'opus', 510, 1],
  ['MP3 of a bitrate that it has not', 'mp3', 100, 2],
  ['AAC of more than there is to say', 'aac', 512, 1],
] as const)('%s', async (_, codec, bitrateKbps, channels) => {
  const source = await soundFile('wav', ...sound(1));
  expect((await transcode(source, { codec, bitrateKbps, channels })).made.durationMs).toBeGreaterThan(900);
});

test('no tag of the source is left', async () => {
  const tags = ['-metadata', 'title=secret', '-metadata', 'location=+31.2+121.5/'];
  const source = await soundFile('m4a', ...sound(1), '-movflags', 'use_metadata_tags', ...tags);
  for (const codec of ['aac', 'opus', 'mp3'] as const) {
    const bytes = await readFile((await transcode(source, { codec })).file, 'latin1');
    expect(bytes).not.toMatch(/secret|121\.5/);
  }
});

test('a cover is left out', async () => {
  const folder = await scratchFolder();
  const [cover, song] = [join(folder, 'cover.jpg'), join(folder, 'song.flac')];
  await ffmpeg(...picture('64x64', 1), '-frames:v', '1', cover);
  const maps = ['-map', '0:a', '-map', '1:v', '-disposition:v', 'attached_pic'];
  await ffmpeg(...sound(2), '-i', cover, ...maps, song);
  expect(await streams((await transcode(song)).file)).toEqual(['aac,48000,1']);
});

test('the sound of a video can be taken alone; a silent one has none', async () => {
  expect(await streams((await transcode(await makeClip())).file)).toEqual(['aac,48000,1']);
  const silent = await makeClip('320x180', 1, ['-an']);
  await expect(transcode(silent)).rejects.toMatchObject({ code: 'media.no_stream' });
});

describe('one loudness', () => {
  const noise = (level: string) => [
    '-f',
    'lavfi',
    '-i',
    `anoisesrc=color=pink:duration=4:amplitude=0.5:seed=7,${level}`,
  ];

  test.each([
    ['quiet', 'volume=-10dB'],
    ['loud', 'volume=3dB'],
  ])('%s sound is brought to -16 LUFS', async (_, level) => {
    const { made, file } = await transcode(await soundFile('wav', ...noise(level), '-ac', '2'), {
      normalize: true,
      bitrateKbps: 192,
    });
    const after = await measureLoudness(await workOn(file));
    expect(Math.abs((after.integratedLufs ?? 0) + 16)).toBeLessThan(0.5);
    expect(after.truePeakDbtp).toBeLessThan(0);
    const { loudness, gainDb } = made.details as { loudness: { integratedLufs: number }; gainDb: number };
    expect(loudness.integratedLufs + gainDb).toBeCloseTo(-16);
  });

  test('a sound with a peak ends below -1 dBTP, and its quiet parts stay as far below', async () => {
    const clap = "volume=-40dB,aeval='if(between(t,2,2.001),0.8,val(0))'";
    const { made, file } = await transcode(await soundFile('wav', ...noise(clap)), {
      normalize: true,
      codec: 'opus',
      bitrateKbps: 192,
    });
    const { loudness, gainDb } = made.details as { loudness: { truePeakDbtp: number }; gainDb: number };
    expect(loudness.truePeakDbtp + gainDb).toBeLessThanOrEqual(-0.9);
    const after = await measureLoudness(await workOn(file));
    expect(after.truePeakDbtp).toBeLessThan(0.5);
  });

  test('unless it is asked for the sound stays as loud as it is', async () => {
    const source = await soundFile('wav', ...noise('volume=-20dB'));
    const { made, file } = await transcode(source);
    const after = await measureLoudness(await workOn(file));
    const { loudness } = made.details as { loudness: { integratedLufs: number } };
    expect(Math.abs((after.integratedLufs ?? 0) - loudness.integratedLufs)).toBeLessThan(0.5);
    expect(made.details).toMatchObject({ gainDb: 0, channels: 1 });
  });

  test.each([
    ['silence', ['-f', 'lavfi', '-i', 'anullsrc=duration=2']],
    ['a tenth of a second', sound(0.1)],
  ])('%s is encoded as it is', async (_, source) => {
    const { made } = await transcode(await soundFile('wav', ...source), { normalize: true });
    expect(JSON.parse(JSON.stringify(made.details))).toMatchObject({
      gainDb: 0,
      loudness: { integratedLufs: null, rangeLu: null },
    });
  });
});

describe('bad sound', () => {
  test.each([1, 3, 5, 7, 9])('a WAV cut off after %i tenths', async (tenths) => {
    const source = await soundFile('wav', ...sound(8));
    await truncate(source, Math.floor(((await stat(source)).size * tenths) / 10));
    const result = await transcode(source).catch((thrown: unknown) => thrown);
    const path = (result as Partial<Awaited<ReturnType<typeof transcode>>>).made?.main;
    expect(path ?? (result as LandfallError).code).toBeOneOf(['audio.m4a', 'media.damaged']);
  });

  test('an MP4 of which half is missing', async () => {
    const source = await soundFile('m4a', ...sound(8), '-movflags', '+faststart');
    await truncate(source, Math.floor((await stat(source)).size / 2));
    await expect(transcode(source)).rejects.toMatchObject({ code: 'media.damaged' });
  });

  test('a sound of 10 ms, one of a sample, and one of none', async () => {
    const cut = (end: string) => [...sound(1), '-af', `atrim=${end}`];
    expect((await transcode(await soundFile('wav', ...cut('end=0.01')))).made.main).toBe('audio.m4a');
    const sample = await soundFile('wav', ...cut('end_sample=1'));
    const head = (await readFile(sample)).subarray(0, 44);
    head.writeUInt32LE(0, 40);
    const none = join(await scratchFolder(), 'none.wav');
    await writeFile(none, head);
    for (const source of [sample, none]) {
      await expect(transcode(source)).rejects.toMatchObject({ code: expect.stringMatching(/^media\./) });
    }
  });
});
