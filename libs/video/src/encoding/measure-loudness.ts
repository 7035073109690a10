import { LandfallError } from '#runtime';
import { options } from '../ffmpeg/command-line.js';
import type { VideoWork } from './video-work.js';
import { runFfmpeg } from '../ffmpeg/run-ffmpeg.js';
import { soundFilters } from './sound-filters.js';

/** Loudness by EBU R128; null where it is not defined, as for silence or less than 0.4 s of sound. */
export interface Loudness {
  readonly integratedLufs: number | null;
  readonly rangeLu: number | null;
  readonly truePeakDbtp: number | null;
}

/** The usual level of mobile players and podcasts (AES TD1004 recommends −20 to −16 LUFS). */
const targetLufs = -16;
/** Leaves headroom, because encoders overshoot a little. */
const ceilingDbtp = -1;
/** Nearly silent sound stays quiet, so that its noise is not made audible. */
const mostGainDb = 24;

/** ebur128 reports this when it cannot measure. */
const floorLufs = -70;

/** Measuring writes no file. */
type SoundWork = Omit<VideoWork, 'outDir' | 'onProgress'>;

/**
 * Measures the best audio track as it is published, in at most two channels. Mono is measured as if played by two speakers.
 *
 * @param channels 1 or 2; the sound is mixed down to these first
 * @throws `media.no_stream` if the source has no audio; otherwise what `transcodeVideo` throws
 */
export async function measureLoudness(
  { tools, source, facts, limits, signal }: SoundWork,
  channels = Math.min(2, facts.audio?.channels ?? 2),
): Promise<Loudness> {
  if (!facts.audio) throw new LandfallError('media.no_stream', 'the file has no audio');
  // Per-frame values are logged at a level that is not shown; the summary is shown.
  const meter = 'ebur128=peak=true:framelog=verbose:dualmono=true';
  const reported = await runFfmpeg(tools, {
    task: 'measure loudness',
    source,
    durationMs: facts.durationMs,
    maxPixels: limits.maxPixels,
    loglevel: 'info',
    outputArgs: [
      ...options({
        map: `0:${facts.audio.streamIndex}`,
        af: [...soundFilters(facts.audio, channels), meter].join(','),
        f: 'null',
      }),
      '-',
    ],
    timeoutMs: limits.timeoutMs,
    signal,
  });
  return readSummary(reported);
}

/** Parses the final summary of ebur128; tags of the file that look like one come before it. */
export function readSummary(lines: readonly string[]): Loudness {
  const summary = lines.slice(lines.findLastIndex((line) => line.includes('Summary:')) + 1);
  const read = (name: string) => {
    const [, value] =
      summary.map((line) => line.trim().split(/:\s+/)).find(([label]) => label === name) ?? [];
    const number = Number.parseFloat(value ?? '');
    return Number.isFinite(number) ? number : null;
  };
  const integratedLufs = read('I');
  const isSilent = integratedLufs === null || integratedLufs <= floorLufs;
  return {
    integratedLufs: isSilent ? null : integratedLufs,
    rangeLu: isSilent ? null : read('LRA'),
    truePeakDbtp: read('Peak'),
  };
}

/**
 * Gain in dB (negative makes it quieter) that brings a sound to −16 LUFS, at most 24 dB and without exceeding a true peak of −1
 * dBTP. Nothing is compressed, so the dynamic range stays. 0 for silence.
 */
export function gainFor({ integratedLufs, truePeakDbtp }: Loudness): number {
  if (integratedLufs === null) return 0;
  const gainDb = Math.min(
    targetLufs - integratedLufs,
    ceilingDbtp - (truePeakDbtp ?? ceilingDbtp),
    mostGainDb,
  );
  return Math.round(gainDb * 10) / 10;
}

/** The filters that normalise a measured sound; none if its gain is 0. */
export function normalizeFilter(loudness: Loudness): string[] {
  const gainDb = gainFor(loudness);
  return gainDb === 0 ? [] : [`volume=${gainDb}dB`];
}
