import { LandfallError } from '#runtime';
import { options } from './command-line.js';
import { threads } from './encoder-args.js';
import type { FfmpegTools } from './media-facts.js';
import { inputArgs } from './media-source.js';
import { readLines } from './read-lines.js';
import type { OnProgress } from './renditions.js';
import { runTool } from './run-tool.js';

const stallMs = 60_000;
/** At the end ffmpeg moves the index of an MP4 to its front, copies it as a whole and says nothing meanwhile. */
const closingStallMs = 600_000;
const closingShare = 0.95;

export interface EncodeRun {
  readonly source: string;
  /** Length of the source, to tell the finished share. */
  readonly durationMs: number | null;
  readonly maxPixels: number;
  readonly outputArgs: readonly string[];
  /** Folder that the paths in `outputArgs` are relative to. */
  readonly outDir: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly onProgress?: OnProgress;
}

/**
 * Runs ffmpeg once, after everything else in line for the processor.
 *
 * @returns the complaints of a run that succeeded
 * @throws what `runTool` throws; `media.timed_out` too when nothing moves for 60 s
 */
export async function runFfmpeg(tools: FfmpegTools, run: EncodeRun): Promise<string[]> {
  const stalled = new AbortController();
  const giveUp = () => stalled.abort(new LandfallError('media.timed_out', 'the encoder stopped moving'));
  let timer = setTimeout(giveUp, stallMs);
  let position = '';

  const readProgress = readLines((line) => {
    const [name, value = ''] = line.split('=');
    if (name !== 'out_time_us' || value === position) return;
    position = value;
    const share = run.durationMs === null ? null : Math.min(1, Number(value) / 1_000 / run.durationMs);
    if (share !== null && share >= 0) run.onProgress?.(share);
    clearTimeout(timer);
    timer = setTimeout(giveUp, share === null || share >= closingShare ? closingStallMs : stallMs);
  });

  try {
    return await runTool({
      command: tools.ffmpegPath,
      args: [
        '-nostdin',
        '-nostats',
        '-hide_banner',
        '-y',
        ...options({ loglevel: 'error', progress: 'pipe:1', threads }),
        ...inputArgs(run.source, run.maxPixels),
        ...run.outputArgs,
      ],
      source: run.source,
      cwd: run.outDir,
      timeoutMs: run.timeoutMs,
      signal: AbortSignal.any([run.signal, stalled.signal]),
      otherwise: 'media.encoder_failed',
      nice: true,
      onOutput: readProgress,
    });
  } finally {
    clearTimeout(timer);
  }
}
