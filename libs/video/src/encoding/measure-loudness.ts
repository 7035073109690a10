import { LandfallError } from '#runtime';
import { options } from '../ffmpeg/command-line.js';
import type { VideoWork } from './video-work.js';
import { runFfmpeg } from '../ffmpeg/run-ffmpeg.js';
import { soundFilters } from './sound-filters.js';

/** How loud a sound is by EBU R128; null what silence, and less than 0.4 s, does not have. */
export interface Loudness {
  readonly integratedLufs: number | null;
  readonly rangeLu: number | null;
  readonly truePeakDbtp: number | null;
}

/** What players and podcasts on phones are made for (AES TD1004 asks for −20 to −16 LUFS). */
const targetLufs = -16;
/** Encoders overshoot a little. */
const ceilingDbtp = -1;
/** What is nearly silent stays quiet, for its noise not to roar. */
const mostGainDb = 24;

/** ebur128 tells this of what it cannot measure. */
const floorLufs = -70;

/** What is measured is written nowhere. */
type SoundWork = Omit<VideoWork, 'outDir' | 'onProgress'>;

/**
 * Measures the best audio track as it is published, with two channels at most. Mono counts as it sounds from two
 * speakers.
 *
 * @param channels 1 or 2, what it is mixed down to first
 * @throws `media.no_stream` when the source has no audio; otherwise what `transcodeVideo` throws
 */
export async function measureLoudness(
  { tools, source, facts, limits, signal }: SoundWork,
  channels = Math.min(2, facts.audio?.channels ?? 2),
): Promise<Loudness> {
  if (!facts.audio) throw new LandfallError('media.no_stream', 'the file has no audio');
  // Told frame by frame only at a level that is not shown; the sum of it is.
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

/** Reads what ebur128 says in the end; tags of the file that look like it come before. */
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
 * How much louder (or, below 0, quieter) a sound is to become: to −16 LUFS, but never so loud that its true peak is above
 * −1 dBTP, and by 24 dB at most. Nothing is compressed: the distance of loud and quiet stays. 0 for silence.
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

/** The filters that bring a sound that was measured to one loudness; none when it is so loud already, or silent. */
export function normalizeFilter(loudness: Loudness): string[] {
  const gainDb = gainFor(loudness);
  return gainDb === 0 ? [] : [`volume=${gainDb}dB`];
}
