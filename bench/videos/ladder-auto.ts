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
const heights = [1_080, 720, 480];
const limits = { maxPixels: 9_000_000, timeoutMs: 600_000 };
/** What the fixed ladder would need for other qualities of its largest size. */
const otherCrfs = [20, 26, 29];

/** One ladder of one clip. */
interface Measured {
  readonly rungs: readonly (RatePoint & { height: number })[];
  readonly millis: number;
}

/**
 * Ladders that follow from the video, beside the fixed ones of the same eight kinds of clips: what they take at equal SSIM, what
 * they store, and the processor time of making them (where there is no /proc, the time).
 */
export async function measureAutoLadder({ rounds, signal, say }: BenchmarkOptions): Promise<Report> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'landfall-bench-auto-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const tools = await findFfmpegTools();
  const rows: string[][] = [];
  const ratios: Report['ratios'][string][] = [];
  const found: Record<string, unknown> = {};
  const savings: number[] = [];
  for (const kind of Object.keys(kindsOfClips) as KindOfClip[]) {
    signal.throwIfAborted();
    const clip = join(folder, `${kind}.mp4`);
    await makeKindOfClip(tools.ffmpegPath, kind, clip, clipSeconds);
    const times: Record<'fixed' | 'auto', number[]> = { fixed: [], auto: [] };
    const made = {} as Record<'fixed' | 'auto', Measured>;
    for (let round = 1; round <= rounds; round += 1) {
      const turns = ['fixed', 'auto'] as const;
      for (const ladder of round % 2 === 1 ? turns : turns.toReversed()) {
        const outDir = await mkdtemp(join(folder, 'out-'));
        made[ladder] = await makeLadder(
          tools,
          { clip, outDir, ladder, signal, isCompared: round === 1 },
          made[ladder],
        );
        times[ladder].push(made[ladder].millis);
        await rm(outDir, { recursive: true });
      }
    }
    const { fixed, auto } = made;
    const curve = [...fixed.rungs, ...(await otherQualities(tools.ffmpegPath, clip, folder))];
    const atEqualSsim = meanOfRatios(auto.rungs.map((rung) => rung.kbps / rateAt(curve, rung)));
    const time = ratioOf(times.auto, times.fixed);
    ratios.push(time);
    savings.push(atEqualSsim);
    found[kind] = { fixed: fixed.rungs, auto: auto.rungs, atEqualSsim, times };
    rows.push([
      kind,
      showRungs(fixed),
      showRungs(auto),
      atEqualSsim.toFixed(2),
      (stored(auto) / stored(fixed)).toFixed(2),
      showSpread(time, 2),
    ]);
    say(rows.at(-1)?.join(' | ') ?? '');
  }
  return {
    name: 'videos-ladder-auto',
    ratios: { bitsAtEqualSsim: spreadOf(savings), encodeTime: spreadOf(ratios.map(({ median }) => median)) },
    facts: { settings: { rounds, clipSeconds, heights }, kinds: found },
    tables: [
      [
        ['kind', 'fixed: kbit/s (SSIM)', 'auto: kbit/s (SSIM)', 'bits at equal SSIM', 'bytes stored', 'time'],
        ...rows,
        [
          'mean',
          '',
          '',
          meanOfRatios(savings).toFixed(2),
          '',
          meanOfRatios(ratios.map(({ median }) => median)).toFixed(2),
        ],
      ],
    ],
    notes: [
      `${clipSeconds} s each, in ${heights.join(', ')}; SSIM of brightness at the size of the source; auto against fixed, the probe included`,
      'bits at equal SSIM: of each rung of auto, what fixed takes for its SSIM, between its rungs and other CRFs of its largest',
    ],
  };
}

/** One making of a ladder, for a local file. @returns with the rungs of an earlier one, unless they are compared now */
async function makeLadder(
  tools: FfmpegTools,
  what: { clip: string; outDir: string; ladder: 'fixed' | 'auto'; signal: AbortSignal; isCompared: boolean },
  earlier: Measured | undefined,
): Promise<Measured> {
  const { clip, outDir, ladder, signal, isCompared } = what;
  const facts = await probeMedia(tools, clip, limits, signal);
  const cpuBefore = await readChildrenCpuMs();
  const startedAt = performance.now();
  await transcodeVideo(
    { tools, source: clip, facts, outDir, limits, signal },
    { hls: { name: 'stream', heights, segmentSeconds: 4, ladder } },
  );
  const cpuAfter = await readChildrenCpuMs();
  const millis =
    cpuBefore === null || cpuAfter === null ? performance.now() - startedAt : cpuAfter - cpuBefore;
  if (!isCompared && earlier) return { ...earlier, millis };
  const folders = (await readdir(outDir, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  const rungs = [];
  for (const { name } of folders) {
    const point = await compare(
      tools.ffmpegPath,
      clip,
      join(outDir, name, 'playlist.m3u8'),
      join(outDir, name),
    );
    rungs.push({ ...point, height: Number.parseInt(name, 10) });
  }
  return { rungs: rungs.toSorted((one, other) => other.height - one.height), millis };
}

/** The largest size as the fixed ladder encodes it, but for its quality. */
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

/** Compares an encode with its source at the size of the source; its files are all those of a folder. */
async function compare(ffmpeg: string, clip: string, made: string, folder: string): Promise<RatePoint> {
  const { stderr } = await run(ffmpeg, [
    ...['-nostdin', '-hide_banner', '-i', made, '-i', clip],
    ...['-lavfi', '[0:v][1:v]scale2ref[made][source];[made][source]ssim', '-f', 'null', '-'],
  ]);
  const ssim = Number(/SSIM Y:([\d.]+)/.exec(stderr)?.[1]);
  if (!(ssim > 0)) throw new Error(`ffmpeg told no SSIM: ${stderr.slice(-500)}`);
  const files = await readdir(folder);
  const sizes = await Promise.all(files.map(async (name) => (await stat(join(folder, name))).size));
  return { kbps: (sizes.reduce((sum, size) => sum + size, 0) * 8) / 1_000 / clipSeconds, ssim };
}

const stored = ({ rungs }: Measured) => rungs.reduce((sum, { kbps }) => sum + kbps, 0);

function showRungs({ rungs }: Measured): string {
  return rungs
    .map(({ height, kbps, ssim }) => `${height}: ${Math.round(kbps)} (${ssim.toFixed(3)})`)
    .join(', ');
}
