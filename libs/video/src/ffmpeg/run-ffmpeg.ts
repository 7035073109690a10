import { LandfallError, type ErrorCode } from '#runtime';
import { options } from './command-line.js';
import { threadsFor } from './tools.js';
import { refuseFullDisk, refuseTruncated } from './ffmpeg-errors.js';
import type { FfmpegTools } from './tools.js';
import { scratchOf } from './sandbox-limits.js';
import { decodeArgs, isRangeProxy } from './media-source.js';
import { readLines } from './read-lines.js';
import type { OnProgress } from '#media';
import { runTool } from './run-tool.js';
import { fileBytes, watchFolder } from './watch-folder.js';

const stallMs = 60_000;
/** At the end ffmpeg moves the index of an MP4 to the front, which copies the whole file without reporting progress. */
const closingStallMs = 600_000;
const closingShare = 0.95;

/** One run of ffmpeg. */
export interface EncodeRun {
  /** Purpose of the run in a word or two, for traces. */
  readonly task: string;
  readonly source: string;
  /** Duration of the source, to compute progress and to detect a run that does not end. */
  readonly durationMs: number | null;
  readonly maxPixels: number;
  /** Options before the input: where to seek, how much to read. */
  readonly inputOptions?: readonly string[];
  readonly outputArgs: readonly string[];
  /** Folder that the paths in `outputArgs` are relative to; unset when no file is written. */
  readonly outDir?: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly onProgress?: OnProgress;
  /** Receives what an output writes to `pipe:1`. Only these bytes then count as progress; `onProgress` is not called. */
  readonly onBytes?: (bytes: Buffer) => void;
  /** `info` makes filters report their measurements among the complaints. */
  readonly loglevel?: 'info';
}

/**
 * Runs ffmpeg once, at low CPU priority.
 *
 * @returns the complaints of a successful run
 * @throws what `runTool` throws; `media.timed_out` also after 60 s without progress, or 10 min near the end or where the
 * duration is unknown; `media.damaged` if the end of the source is missing, unless `tools` accept that, or if the run goes on
 * far beyond the duration; `media.output_too_large` if `outDir` outgrows the scratch space that the source leaves;
 * `media.scratch_full`
 */
export async function runFfmpeg(tools: FfmpegTools, run: EncodeRun): Promise<string[]> {
  const scratchMaxBytes = await spaceFor(tools, run.source);
  const refused = new AbortController();
  const refuse = (code: ErrorCode, detail: string) => refused.abort(new LandfallError(code, detail));
  const giveUp = () => refuse('media.timed_out', 'the encoder made no progress');
  let timer = setTimeout(giveUp, stallMs);
  const waitAgain = (limitMs: number) => {
    clearTimeout(timer);
    timer = setTimeout(giveUp, limitMs);
  };
  let position = '';
  let share: number | null = null;
  let speed: number | null = null;

  const readProgress = readLines((line) => {
    const [name, value = ''] = line.split('=');
    // The measurements of a progress block end with the speed: `speed=1.5x`, or N/A at first.
    if (name === 'speed') {
      const now = readSpeed(value);
      speed = now ?? speed;
      if (share !== null) run.onProgress?.({ share, speed: now });
    }
    if (name !== 'out_time_us' || value === position) return;
    position = value;
    if (runsAway(value, run.durationMs)) refuse('media.damaged', `it does not end after ${value} µs`);
    share = shareOf(value, run.durationMs);
    waitAgain(share === null || share >= closingShare ? closingStallMs : stallMs);
  });
  const { onBytes } = run;
  const hearBytes = onBytes && {
    onBytes: (bytes: Buffer) => {
      waitAgain(stallMs);
      onBytes(bytes);
    },
  };

  const refuseSize = (sizeBytes: number) =>
    refuse(
      'media.output_too_large',
      `the result exceeds ${sizeBytes} bytes; ${scratchMaxBytes} were left for it`,
    );
  const endWatch = run.outDir === undefined ? null : watchFolder(run.outDir, scratchMaxBytes, refuseSize);
  try {
    const complaints = await runTool({
      command: tools.ffmpegPath,
      task: run.task,
      bounds: { ...tools, scratchMaxBytes, ...(tools.hardware?.kind && { memoryMaxBytes: Infinity }) },
      args: [
        '-nostdin',
        '-nostats',
        '-hide_banner',
        '-y',
        ...options({ loglevel: run.loglevel ?? 'error', threads: threadsFor(tools) }),
        ...(onBytes ? [] : options({ progress: 'pipe:1' })),
        ...(run.inputOptions ?? []),
        ...decodeArgs(run.source, run.maxPixels),
        ...run.outputArgs,
      ],
      source: run.source,
      cwd: run.outDir,
      timeoutMs: run.timeoutMs,
      signal: AbortSignal.any([run.signal, refused.signal]),
      otherwise: 'media.encoder_failed',
      nice: true,
      speed: () => speed,
      ...(hearBytes ?? { onOutput: readProgress }),
    });
    refuseFullDisk(complaints, run.source);
    refuseTruncated(complaints, run.source, tools.usesTruncated);
    return complaints;
  } finally {
    endWatch?.();
    clearTimeout(timer);
  }
}

/** The scratch space that the source leaves, in bytes. @throws LandfallError media.output_too_large */
async function spaceFor(tools: FfmpegTools, source: string): Promise<number> {
  const space = scratchOf(tools);
  const sourceBytes = isRangeProxy(source) ? 0 : await fileBytes(source);
  if (sourceBytes < space) return space - sourceBytes;
  throw new LandfallError(
    'media.output_too_large',
    `the source alone takes ${sourceBytes} of ${space} bytes`,
  );
}

/** Headers misstate the duration and some containers only estimate it, but never by this much. */
function runsAway(positionUs: string, durationMs: number | null): boolean {
  return durationMs !== null && Number(positionUs) / 1_000 > 10 * durationMs + 600_000;
}

/** The finished share, 0 to 1; null if the position (`N/A` at first) or the duration is unknown. */
function shareOf(positionUs: string, durationMs: number | null): number | null {
  const share = durationMs === null ? Number.NaN : Number(positionUs) / 1_000 / durationMs;
  return share >= 0 ? Math.min(1, share) : null;
}

function readSpeed(text: string): number | null {
  const speed = Number.parseFloat(text);
  return speed >= 0 ? speed : null;
}
