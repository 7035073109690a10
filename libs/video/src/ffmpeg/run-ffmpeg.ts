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
/** At the end ffmpeg moves the index of an MP4 to its front, copies it as a whole and says nothing meanwhile. */
const closingStallMs = 600_000;
const closingShare = 0.95;

export interface EncodeRun {
  /** What it is run for, in a word or two, for traces. */
  readonly task: string;
  readonly source: string;
  /** Length of the source, to tell the finished share. */
  readonly durationMs: number | null;
  readonly maxPixels: number;
  /** What stands before the input: where to seek, how much to read. */
  readonly inputOptions?: readonly string[];
  readonly outputArgs: readonly string[];
  /** Folder that the paths in `outputArgs` are relative to; unset when no file is written. */
  readonly outDir?: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly onProgress?: OnProgress;
  /** Gets what an output writes to `pipe:1`; then there is no progress but that of the bytes. */
  readonly onBytes?: (bytes: Buffer) => void;
  /** `info` lets filters tell what they measured among the complaints. */
  readonly loglevel?: 'info';
}

/**
 * Runs ffmpeg once, after everything else in line for the processor.
 *
 * @returns the complaints of a run that succeeded
 * @throws what `runTool` throws; `media.timed_out` too when nothing moves for 60 s,
 * `media.damaged` when the end of the source is missing unless `tools` use that, `media.output_too_large` when the folder holds more than is left of the scratch space
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
    // One block of progress ends with the speed: `speed=1.5x`, or N/A in the beginning.
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

/** What the source leaves of the scratch space. @throws LandfallError media.output_too_large */
async function spaceFor(tools: FfmpegTools, source: string): Promise<number> {
  const space = scratchOf(tools);
  const sourceBytes = isRangeProxy(source) ? 0 : await fileBytes(source);
  if (sourceBytes < space) return space - sourceBytes;
  throw new LandfallError(
    'media.output_too_large',
    `the source alone takes ${sourceBytes} of ${space} bytes`,
  );
}

/** Headers lie about the length, and some containers only guess it, but not that much. */
function runsAway(positionUs: string, durationMs: number | null): boolean {
  return durationMs !== null && Number(positionUs) / 1_000 > 10 * durationMs + 600_000;
}

/** The finished share; null when the position (`N/A` in the beginning) or the length is not known. */
function shareOf(positionUs: string, durationMs: number | null): number | null {
  const share = durationMs === null ? Number.NaN : Number(positionUs) / 1_000 / durationMs;
  return share >= 0 ? Math.min(1, share) : null;
}

function readSpeed(text: string): number | null {
  const speed = Number.parseFloat(text);
  return speed >= 0 ? speed : null;
}
