import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { probeMedia, transcodeVideo, type FfmpegTools } from '#video';
import type { BenchmarkOptions } from '../harness/benchmark.js';
import { readChildrenCpuMs } from '../harness/machine.js';
import type { Report } from '../harness/report.js';
import { runFfmpeg } from '../harness/run-ffmpeg.js';
import { findFfmpegTools } from '../harness/services.js';
import { ratioOf, showSpread, spreadOf } from '../harness/spread.js';
import { kindsOfClips, makeKindOfClip, type KindOfClip } from './kinds-of-clips.js';
import { meanOfRatios, rateAt, type RatePoint } from './rate-curve.js';

const run = promisify(execFile);

const clipSeconds = 4;
const heights = [720, 480, 360];
const limits = { maxPixels: 9_000_000, timeoutMs: 600_000 };
/** Other CRFs for the largest rung of the fixed ladder. */
const otherCrfs = [20, 27];

const ladders = ['fixed', 'auto'] as const;
type Ladder = (typeof ladders)[number];

interface Rung extends RatePoint {
  readonly height: number;
}

/** Both ladders of one clip. */
interface Comparison {
  readonly fixed: readonly Rung[];
  readonly auto: readonly Rung[];
  /** Bitrate of the auto ladder relative to the fixed one at equal SSIM. */
  readonly atEqualSsim: number;
  /** Milliseconds of each round. */
  readonly times: Readonly<Record<Ladder, readonly number[]>>;
}

/** What making the ladders of a clip requires. */
interface Bench {
  readonly tools: FfmpegTools;
  readonly folder: string;
  readonly signal: AbortSignal;
}

/**
 * Content-adaptive ladders compared to fixed ones, for eight kinds of clips: bitrate at equal SSIM, stored bytes, and
 * processor time (elapsed time without /proc).
 */
export async function measureAutoLadder({ rounds, signal, say }: BenchmarkOptions): Promise<Report> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'landfall-bench-auto-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const bench = { tools: await findFfmpegTools(), folder, signal };
  const kinds: Record<string, Comparison> = {};
  for (const kind of Object.keys(kindsOfClips) as KindOfClip[]) {
    const compared = await compareLadders(bench, kind, rounds);
    kinds[kind] = compared;
    say(rowOf(kind, compared).join(' | '));
  }
  const all = Object.values(kinds);
  const bits = all.map(({ atEqualSsim }) => atEqualSsim);
  const times = all.map((compared) => timeOf(compared).median);
  return {
    name: 'videos-ladder-auto',
    ratios: { bitsAtEqualSsim: spreadOf(bits), encodeTime: spreadOf(times) },
    facts: { settings: { rounds, clipSeconds, heights }, kinds },
    tables: [
      [
        ['kind', 'fixed: kbit/s (SSIM)', 'auto: kbit/s (SSIM)', 'bits at equal SSIM', 'bytes stored', 'time'],
        ...Object.entries(kinds).map(([kind, compared]) => rowOf(kind, compared)),
        ['mean', '', '', meanOfRatios(bits).toFixed(2), '', meanOfRatios(times).toFixed(2)],
      ],
    ],
    notes: [
      `${clipSeconds} s each, in ${heights.join(', ')}; SSIM of brightness at the size of the source; auto against fixed, the probe included`,
      'bits at equal SSIM: of each rung of auto, against what fixed takes for its SSIM, between its rungs; of the largest size, between its CRFs',
    ],
  };
}

async function compareLadders(bench: Bench, kind: KindOfClip, rounds: number): Promise<Comparison> {
  const { tools, folder, signal } = bench;
  const clip = join(folder, `${kind}.mp4`);
  await makeKindOfClip(tools.ffmpegPath, kind, clip, clipSeconds);
  const times: Record<Ladder, number[]> = { fixed: [], auto: [] };
  const rungs: Record<Ladder, Rung[]> = { fixed: [], auto: [] };
  for (let round = 1; round <= rounds; round += 1) {
    for (const ladder of round % 2 === 1 ? ladders : ladders.toReversed()) {
      signal.throwIfAborted();
      const outDir = await mkdtemp(join(folder, 'out-'));
      times[ladder].push(await makeLadder(bench, clip, outDir, ladder));
      if (round === 1) rungs[ladder] = await compareRungs(tools.ffmpegPath, clip, outDir);
      await rm(outDir, { recursive: true });
    }
  }
  const { fixed, auto } = rungs;
  const [largest] = fixed;
  const others = await otherQualities(tools.ffmpegPath, clip, folder);
  // Other CRFs of the largest size may outperform the smaller rungs, which are therefore compared with rungs only.
  const curveFor = ({ height }: Rung) => (largest?.height === height ? [largest, ...others] : fixed);
  const atEqualSsim = meanOfRatios(auto.map((rung) => rung.kbps / rateAt(curveFor(rung), rung)));
  return { fixed, auto, atEqualSsim, times };
}

/** @returns processor time in milliseconds if it can be read, otherwise elapsed time */
async function makeLadder(
  { tools, signal }: Bench,
  clip: string,
  outDir: string,
  ladder: Ladder,
): Promise<number> {
  const facts = await probeMedia(tools, clip, limits, signal);
  const cpuBefore = await readChildrenCpuMs();
  const startedAt = performance.now();
  await transcodeVideo(
    { tools, source: clip, facts, outDir, limits, signal },
    { hls: { name: 'stream', heights, segmentSeconds: 4, ladder } },
  );
  const cpuAfter = await readChildrenCpuMs();
  return cpuBefore === null || cpuAfter === null ? performance.now() - startedAt : cpuAfter - cpuBefore;
}

/** The rungs of a stream in a folder, largest first. */
async function compareRungs(ffmpeg: string, clip: string, outDir: string): Promise<Rung[]> {
  const entries = await readdir(outDir, { withFileTypes: true });
  const rungs: Rung[] = [];
  for (const { name } of entries.filter((entry) => entry.isDirectory())) {
    const folder = join(outDir, name);
    const point = await compare(ffmpeg, clip, join(folder, 'playlist.m3u8'), folder);
    rungs.push({ ...point, height: Number.parseInt(name, 10) });
  }
  return rungs.toSorted((one, other) => other.height - one.height);
}

/** Encodes the largest size like the fixed ladder, but with other CRFs. */
async function otherQualities(ffmpeg: string, clip: string, folder: string): Promise<RatePoint[]> {
  const points: RatePoint[] = [];
  for (const crf of otherCrfs) {
    const outDir = await mkdtemp(join(folder, 'crf-'));
    const file = join(outDir, 'video.mp4');
    await runFfmpeg(ffmpeg, [
      '-i',
      [clip],
      `-c:v libx264 -preset veryfast -profile:v high -crf ${crf} -g 100 -sc_threshold 0`,
      [file],
    ]);
    points.push(await compare(ffmpeg, clip, file, outDir));
    await rm(outDir, { recursive: true });
  }
  return points;
}

/** Compares an encode with its source, at the size of the source. Its size is that of all files in `folder`. */
async function compare(ffmpeg: string, clip: string, made: string, folder: string): Promise<RatePoint> {
  const graph = '[0:v][1:v]scale2ref[made][source];[made][source]ssim';
  const args = ['-nostdin', '-hide_banner', '-i', made, '-i', clip, '-lavfi', graph, '-f', 'null', '-'];
  const { stderr } = await run(ffmpeg, args);
  const ssim = Number(/SSIM Y:([\d.]+)/.exec(stderr)?.[1]);
  if (!(ssim > 0)) throw new Error(`ffmpeg told no SSIM: ${stderr.slice(-500)}`);
  const files = await readdir(folder);
  const sizes = await Promise.all(files.map(async (name) => (await stat(join(folder, name))).size));
  return { kbps: (sizes.reduce((sum, size) => sum + size, 0) * 8) / 1_000 / clipSeconds, ssim };
}

const timeOf = ({ times }: Comparison) => ratioOf(times.auto, times.fixed);

function rowOf(kind: string, compared: Comparison): string[] {
  const { fixed, auto, atEqualSsim } = compared;
  const stored = (rungs: readonly Rung[]) => rungs.reduce((sum, { kbps }) => sum + kbps, 0);
  return [
    kind,
    showRungs(fixed),
    showRungs(auto),
    atEqualSsim.toFixed(2),
    (stored(auto) / stored(fixed)).toFixed(2),
    showSpread(timeOf(compared), 2),
  ];
}

function showRungs(rungs: readonly Rung[]): string {
  return rungs
    .map(({ height, kbps, ssim }) => `${height}: ${Math.round(kbps)} (${ssim.toFixed(3)})`)
    .join(', ');
}
