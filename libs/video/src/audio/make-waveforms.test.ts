import { readFile, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import type { LandfallError } from '#runtime';
import { describe, expect, test } from 'vitest';
import { ask, ffmpeg, makeClip, sound } from '../fixtures/clips.fixture.js';
import { scratchFolder, workOn } from '../fixtures/media.fixture.js';
import type { WaveformSpec } from '#media';
import { makeWaveforms } from './make-waveforms.js';
import { Peaks } from './peaks.js';

interface PeaksFile {
  length: number;
  samples_per_pixel: number;
  data: number[];
}

async function waveforms(source: string, ...specs: Partial<WaveformSpec>[]) {
  const full: WaveformSpec[] = [];
  for (const spec of specs) full.push({ name: `wave-${full.length}`, format: 'json', ...spec });
  const work = await workOn(source);
  const made = await makeWaveforms(work, full);
  return { made: [...made.values()], files: [...made.values()].map(({ main }) => join(work.outDir, main)) };
}

const readPeaks = async (file = '') => JSON.parse(await readFile(file, 'utf8')) as PeaksFile;

async function soundFile(...args: string[]): Promise<string> {
  const file = join(await scratchFolder(), 'song.wav');
  await ffmpeg(...args, file);
  return file;
}

/** One second each of silence, half and full amplitude. */
const steps = () =>
  soundFile('-f', 'lavfi', '-i', "aevalsrc='floor(t)/2*sin(2*PI*100*t)':s=48000:d=3", '-c:a', 'pcm_s16le');

/** The pixels of a PNG as RGBA. */
async function pixelsOf(file = ''): Promise<Buffer> {
  const raw = join(await scratchFolder(), 'pixels.raw');
  await ffmpeg('-i', file, '-f', 'rawvideo', '-pix_fmt', 'rgba', raw);
  return readFile(raw);
}

test('the JSON is what audiowaveform writes', async () => {
  const { made, files } = await waveforms(await steps(), { pixelsPerSecond: 10 });
  expect(made[0]).toMatchObject({
    files: [{ path: 'wave-0.json', mimeType: 'application/json' }],
    durationMs: 3_000,
    details: { version: 2, samplesPerPixel: 4_800, length: 30 },
  });
  const { data, ...head } = await readPeaks(files[0]);
  expect(head).toEqual({
    version: 2,
    channels: 1,
    sample_rate: 48_000,
    samples_per_pixel: 4_800,
    bits: 8,
    length: 30,
  });
  expect(data).toHaveLength(60);
  expect([data.slice(0, 4), data.slice(22, 24), data.slice(42, 44)]).toEqual([
    [0, 0, 0, 0],
    [-64, 64],
    [-128, 127],
  ]);
});

test('a PNG has the size and the colours that were asked for, from the same decode', async () => {
  const png = { format: 'png', width: 30, height: 20, color: '#ff000080', background: '#00ff00' } as const;
  const { made, files } = await waveforms(await steps(), {}, png, { format: 'png' });
  expect(made.map(({ width, height }) => [width, height])).toEqual([
    [null, null],
    [30, 20],
    [1_800, 280],
  ]);
  expect(await ask(files[1] ?? '', '-show_entries', 'stream=codec_name,width,height')).toEqual(['png,30,20']);
  const pixels = await pixelsOf(files[1]);
  const filled = (x: number) =>
    Array.from({ length: 20 }, (_, y) => pixels.readUInt32BE(4 * (30 * y + x)) === 0xff000080).filter(
      Boolean,
    );
  expect(pixels.readUInt32BE(0)).toBe(0x00ff00ff);
  // Silence is a line, half the amplitude half the height, all of it the whole.
  expect([filled(5).length, filled(15).length, filled(25).length]).toEqual([1, 11, 20]);
  expect((await pixelsOf(files[2])).readUInt32BE(0)).toBe(0xffffff00);
});

test('channels that cancel each other out are seen', async () => {
  const opposite = ['-af', 'pan=stereo|c0=c0|c1=-1*c0'];
  const { files } = await waveforms(await soundFile(...sound(1), ...opposite), {});
  expect((await readPeaks(files[0])).data.at(20)).toBeLessThan(-10);
});

test('of a video, and of one without sound', async () => {
  const { made } = await waveforms(await makeClip('64x36', 2), {});
  expect(Math.abs((made[0]?.durationMs ?? 0) - 2_000)).toBeLessThan(50);
  const silent = await makeClip('64x36', 1, ['-an']);
  await expect(waveforms(silent, {})).rejects.toMatchObject({ code: 'media.no_stream' });
});

describe('peaks in memory of fixed size', () => {
  const feed = (peaks: Peaks, samples: number[], pieces: number) => {
    for (let at = 0; at < samples.length; at += pieces)
      peaks.add(Int16Array.from(samples.slice(at, at + pieces)));
    peaks.end();
    return Array.from({ length: peaks.length }, (_, index) => peaks.between(index, index + 1));
  };
  const samples = Array.from({ length: 1_003 }, (_, index) => Math.round(20_000 * Math.sin(index)));
  const wanted = (each: number) =>
    Array.from({ length: Math.ceil(samples.length / each) }, (_, index) => {
      const some = samples.slice(index * each, (index + 1) * each);
      return [Math.min(...some), Math.max(...some)];
    });

  test.each([1, 7, 64, 5_000])('in pieces of %i samples', (pieces) => {
    expect(feed(new Peaks(1_000, 10), samples, pieces)).toEqual(wanted(10));
  });

  test.each([100, 64, 10, 2])('no more than %i stretches', (most) => {
    const peaks = new Peaks(most, 3);
    const found = feed(peaks, samples, 13);
    expect(peaks.length).toBeLessThanOrEqual(most);
    expect(found).toEqual(wanted(peaks.samples));
  });

  test('ten hours at 1,000 a second become fewer', () => {
    const peaks = new Peaks(262_144, 48);
    const second = new Int16Array(48_000).fill(5);
    for (let s = 0; s < 1_000; s += 1) peaks.add(second);
    peaks.end();
    expect([peaks.length, peaks.samples]).toEqual([250_000, 192]);
  });
});

describe('odd sounds', () => {
  test('very short ones, and silence', async () => {
    for (const source of [
      await soundFile(...sound(1), '-af', 'atrim=end=0.01'),
      await soundFile('-f', 'lavfi', '-i', 'anullsrc=duration=1'),
    ]) {
      const { files } = await waveforms(source, {}, { format: 'png', width: 9, height: 1 });
      const { data, length } = await readPeaks(files[0]);
      expect(data).toHaveLength(2 * length);
      expect(data.every((value) => Number.isInteger(value))).toBe(true);
      expect(await ask(files[1] ?? '', '-show_entries', 'stream=width,height')).toEqual(['9,1']);
    }
  });

  test('5.1 and 8 kHz', async () => {
    const surround = ['-af', 'pan=5.1|c0=c0|c5=c0', '-ar', '8000'];
    const { made } = await waveforms(await soundFile(...sound(2), ...surround), {});
    expect(made[0]?.durationMs).toBe(2_000);
  });

  test.each([1, 3, 5, 7, 9])('cut off after %i tenths', async (tenths) => {
    const source = await soundFile(...sound(8));
    await truncate(source, Math.floor(((await stat(source)).size * tenths) / 10));
    const result = await waveforms(source, {}).catch((thrown: unknown) => thrown);
    const made = (result as Partial<Awaited<ReturnType<typeof waveforms>>>).made?.length;
    expect(made ?? (result as LandfallError).code).toBeOneOf([1, 'media.damaged']);
  });
});
