import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LandfallError } from '#runtime';
import { checkDuration } from '../encoding/check-output.js';
import { options } from '../ffmpeg/command-line.js';
import { drawWaveform } from './draw-waveform.js';
import { Peaks } from './peaks.js';
import type { MadeRendition, WaveformSpec } from '#media';
import type { VideoWork } from '../encoding/video-work.js';
import { runFfmpeg } from '../ffmpeg/run-ffmpeg.js';
import { soundFilters } from '../encoding/sound-filters.js';

const sampleRateHz = 48_000;
const mostPixels = 262_144;
/** A PNG is drawn from finer peaks than it has columns. */
const pngPixels = 65_536;
const pngSamples = 64;

/**
 * Makes all waveforms of the best audio track from one decode, without storing the samples. The JSON has the format of
 * audiowaveform, version 2, as peaks.js reads it: `data` holds the lowest and the highest sample, -128 to 127, of each stretch
 * of `samples_per_pixel`, over all channels.
 *
 * @param work `outDir` receives one file for each spec, named after it
 * @returns the renditions by the name of their spec
 * @throws `media.no_stream` if the source has no audio; otherwise what `transcodeVideo` throws
 */
export async function makeWaveforms(
  work: VideoWork,
  specs: readonly WaveformSpec[],
): Promise<Map<string, MadeRendition>> {
  const { tools, source, facts, outDir, limits, signal, onProgress } = work;
  const { audio, durationMs: wantedMs } = facts;
  if (!audio) throw new LandfallError('media.no_stream', 'the file has no audio');
  const channels = Math.min(2, audio.channels);
  const meters = specs.map((spec) => ({ spec, peaks: peaksFor(spec, channels) }));
  let samples = 0;
  const takeSamples = readSamples((some) => {
    samples += some.length / channels;
    for (const { peaks } of meters) peaks.add(some);
    if (wantedMs !== null) onProgress?.({ share: Math.min(1, samples / 48 / wantedMs), speed: null });
  });
  const complaints = await runFfmpeg(tools, {
    task: 'waveform',
    source,
    durationMs: wantedMs,
    maxPixels: limits.maxPixels,
    outputArgs: [
      ...options({ map: `0:${audio.streamIndex}`, af: soundFilters(audio, channels).join(','), f: 's16le' }),
      'pipe:1',
    ],
    timeoutMs: limits.timeoutMs,
    signal,
    onBytes: takeSamples,
  });
  if (samples === 0) throw new LandfallError('media.damaged', 'no audio of the file can be decoded');
  const durationMs = Math.round((samples * 1_000) / sampleRateHz);
  const warnings = facts.video ? [] : checkDuration(work, durationMs, complaints);

  const made = new Map<string, MadeRendition>();
  for (const { spec, peaks } of meters) {
    peaks.end();
    made.set(spec.name, { ...(await writeWaveform(spec, peaks, channels, outDir)), durationMs, warnings });
  }
  return made;
}

function peaksFor(spec: WaveformSpec, channels: number): Peaks {
  if (spec.format === 'png') return new Peaks(pngPixels, pngSamples * channels);
  return new Peaks(mostPixels, Math.round(sampleRateHz / (spec.pixelsPerSecond ?? 20)) * channels);
}

/** Turns chunks of bytes into whole 16-bit samples. */
function readSamples(onSamples: (samples: Int16Array) => void): (bytes: Buffer) => void {
  let rest = Buffer.alloc(0);
  return (bytes) => {
    // A copy is aligned in memory, as 16-bit samples require.
    const whole = new Uint8Array(rest.length + bytes.length);
    whole.set(rest);
    whole.set(bytes, rest.length);
    const count = Math.floor(whole.length / 2);
    rest = Buffer.from(whole.subarray(2 * count));
    if (count > 0) onSamples(new Int16Array(whole.buffer, 0, count));
  };
}

async function writeWaveform(
  spec: WaveformSpec,
  peaks: Peaks,
  channels: number,
  outDir: string,
): Promise<Omit<MadeRendition, 'durationMs'>> {
  const path = `${spec.name}.${spec.format}`;
  if (spec.format === 'json') {
    const samplesPerPixel = peaks.samples / channels;
    await writeFile(join(outDir, path), writePeaks(peaks, samplesPerPixel));
    return {
      files: [{ path, mimeType: 'application/json' }],
      main: path,
      width: null,
      height: null,
      encoder: null,
      details: { version: 2, sampleRateHz, samplesPerPixel, length: peaks.length },
    };
  }
  const size = { width: spec.width ?? 1_800, height: spec.height ?? 280 };
  const { color = '#2b6cb0', background = '#ffffff00' } = spec;
  await writeFile(join(outDir, path), drawWaveform(peaks, size, { color, background }));
  return { files: [{ path, mimeType: 'image/png' }], main: path, ...size, encoder: null, details: {} };
}

function writePeaks(peaks: Peaks, samplesPerPixel: number): string {
  const data = Array.from({ length: peaks.length }, (_, index) =>
    peaks.between(index, index + 1).map((sample) => Math.floor(sample / 256)),
  ).flat();
  return JSON.stringify({
    version: 2,
    channels: 1,
    sample_rate: sampleRateHz,
    samples_per_pixel: samplesPerPixel,
    bits: 8,
    length: peaks.length,
    data,
  });
}
