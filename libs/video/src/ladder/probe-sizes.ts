import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { LandfallError, settleAll } from '#runtime';
import type { Size } from '#media';
import { seekToFrame } from '../encoding/frame-grid.js';
import { outputFrameRate } from '../encoding/ladder.js';
import { feedTracks } from '../encoding/picture-filters.js';
import { x264 } from '../encoding/software-encoders.js';
import type { VideoWork } from '../encoding/video-work.js';
import type { VideoFacts } from '../facts/media-facts.js';
import { options } from '../ffmpeg/command-line.js';
import { runFfmpeg } from '../ffmpeg/run-ffmpeg.js';

/** Bytes and lost detail of short stretches of a video at one size. */
export interface SizeSample {
  readonly size: Size;
  /** Average bytes of a keyframe and of any other frame, in H.264 at the usual CRF and without a cap. */
  readonly keyBytes: number;
  readonly frameBytes: number;
  /**
   * Detail lost compared with the largest size: the mean squared error of luma (0 to 255) after scaling down and up again, in
   * the frame where it is highest.
   */
  readonly lack: number;
}

/** A stretch, in frames of the constant output rate. */
export interface Stretch {
  readonly startFrame: number;
  readonly frames: number;
}

const folder = 'probe';
const timeoutMs = 120_000;
/** Share of all frames that is measured, within these bounds. */
const share = 0.06;
const fewestFrames = 10;
const mostFrames = 120;
const secondsApart = 5;
const mostStretches = 6;
/** The same on every machine, because the output of x264 depends on the number of threads. */
const threads = 2;

/**
 * The stretches to measure, each in the middle of an equal part of the video; the beginning if the duration is unknown. At most
 * 120 frames in total.
 */
export function chooseStretches(durationMs: number | null, frameRate: number): Stretch[] {
  if (durationMs === null) return [{ startFrame: 0, frames: Math.round(2 * frameRate) }];
  const allFrames = (durationMs / 1_000) * frameRate;
  const measured = Math.min(mostFrames, Math.max(fewestFrames, allFrames * share));
  const count = Math.min(mostStretches, Math.max(1, Math.floor(durationMs / 1_000 / secondsApart)));
  const frames = Math.ceil(measured / count);
  return Array.from({ length: count }, (_, index) => ({
    startFrame: Math.max(0, Math.floor((allFrames * (index + 0.5)) / count - frames / 2)),
    frames,
  }));
}

/** The share of a video that is measured; 1 if its duration is unknown. */
export function shareMeasured(durationMs: number | null, frameRate: number): number {
  const frames = chooseStretches(durationMs, frameRate).reduce((sum, stretch) => sum + stretch.frames, 0);
  return durationMs ? Math.min(1, frames / ((durationMs / 1_000) * frameRate)) : 1;
}

/**
 * Encodes short stretches of a video at several sizes and measures their bytes and lost detail. The result is the same on every
 * machine.
 *
 * @param sizes largest first
 * @throws what `transcodeVideo` throws; `media.damaged` if there are not two frames to measure
 */
export async function probeSizes(work: VideoWork, sizes: readonly Size[]): Promise<SizeSample[]> {
  const { facts, outDir } = work;
  const { video } = facts;
  if (!video) throw new LandfallError('media.no_stream', 'the file has no video');
  const frameRate = outputFrameRate(video.frameRate);
  const stretches = chooseStretches(video.endMs ?? facts.durationMs, frameRate);
  const probeDir = join(outDir, folder);
  const measured: SizeSample[][] = [];
  const measure = async (stretch: Stretch) => {
    await mkdir(probeDir, { recursive: true });
    try {
      const samples = await probeStretch({ ...work, outDir: probeDir }, video, sizes, stretch);
      if (samples) measured.push(samples);
    } finally {
      await rm(probeDir, { recursive: true, force: true });
    }
  };
  for (const stretch of stretches) await measure(stretch);
  // All stretches may lie after the last picture: sound may outlast it, and an index may overstate the duration.
  if (measured.length === 0) await measure({ startFrame: 0, frames: stretches[0]?.frames ?? fewestFrames });
  if (measured.length === 0) throw new LandfallError('media.damaged', 'there are not two frames to measure');
  return sizes.map((size, index) => {
    const samples = measured.flatMap((one) => one[index] ?? []);
    return {
      size,
      keyBytes: mean(samples.map(({ keyBytes }) => keyBytes)),
      frameBytes: mean(samples.map(({ frameBytes }) => frameBytes)),
      lack: Math.max(...samples.map(({ lack }) => lack)),
    };
  });
}

/** Measures one stretch; null if it has fewer than two frames. */
async function probeStretch(
  { tools, source, facts, limits, signal, outDir }: VideoWork,
  video: VideoFacts,
  sizes: readonly Size[],
  { startFrame, frames }: Stretch,
): Promise<SizeSample[] | null> {
  const frameRate = outputFrameRate(video.frameRate);
  const target = { frameRate, keyFrames: frames, maxKbps: 0 };
  const tracks = sizes.map((size) => ({
    folder,
    range: 'SDR' as const,
    target: { ...target, size },
    encoder: x264,
  }));
  const feed = await feedTracks({ tools, video, signal }, tracks, frames);
  await runFfmpeg(tools, {
    task: 'measure rung',
    source,
    durationMs: facts.durationMs,
    maxPixels: limits.maxPixels,
    inputOptions: seekToFrame(startFrame, frameRate),
    outputArgs: [
      ...options({ filter_complex: [feed, ...compareSizes(sizes)].join(';') }),
      ...sizes.flatMap((_, index) => options({ map: `[e${index}]` })),
      ...options({
        'c:v': x264.name,
        preset: 'veryfast',
        crf: 23,
        threads,
        g: frames,
        sc_threshold: 0,
        f: 'framecrc',
      }),
      packetFile,
    ],
    outDir,
    timeoutMs: Math.min(limits.timeoutMs, timeoutMs),
    signal,
  });
  const packets = readPackets(await readFile(join(outDir, packetFile), 'utf8'));
  if (sizes.some((_, index) => (packets.get(index)?.length ?? 0) < 2)) return null;
  return settleAll(
    sizes.map(async (size, index) => {
      const [keyBytes = 0, ...others] = packets.get(index) ?? [];
      const lack = index === 0 ? 0 : readLack(await readFile(join(outDir, lackFile(index)), 'utf8'));
      return { size, keyBytes, frameBytes: mean(others), lack };
    }),
  );
}

const packetFile = 'packets.txt';
const lackFile = (index: number) => `lack-${index}.txt`;

/** Routes each size to its encoder as `[e0]`, `[e1]`, …, and scales all but the largest back up to compare them with it. */
function compareSizes([largest, ...others]: readonly Size[]): string[] {
  if (!largest || others.length === 0) return ['[v0]null[e0]'];
  const numbers = others.map((_, index) => index + 1);
  return [
    `[v0]split=${others.length + 1}[e0]${numbers.map((index) => `[r${index}]`).join('')}`,
    ...numbers.flatMap((index) => [
      `[v${index}]split=2[e${index}][d${index}]`,
      `[d${index}]scale=${largest.width}:${largest.height},setsar=1[u${index}]`,
      `[r${index}][u${index}]psnr=stats_file=${lackFile(index)},nullsink`,
    ]),
  ];
}

/** Packet sizes in bytes by stream, in order, from ffmpeg's `framecrc`: stream, dts, pts, duration, size, checksum. */
export function readPackets(text: string): Map<number, number[]> {
  const packets = text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(',').map(Number));
  const byStream = Map.groupBy(packets, ([stream = 0]) => stream);
  return new Map([...byStream].map(([stream, some]) => [stream, some.map((packet) => packet[4] ?? 0)]));
}

/** The highest mean squared error of luma that ffmpeg's `psnr` reports for a frame; `Infinity` if it reports none. */
export function readLack(text: string): number {
  const values = [...text.matchAll(/\bmse_y:([\d.]+)/g)].map(([, value]) => Number(value));
  return values.length > 0 ? Math.max(...values) : Infinity;
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, next) => sum + next, 0) / numbers.length;
}
