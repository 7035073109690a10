import { spawn, type ChildProcess } from 'node:child_process';
import { setPriority } from 'node:os';
import { resolve } from 'node:path';
import { LandfallError, type ErrorCode } from '#runtime';
import { errorOfComplaints, hideSource } from './ffmpeg-errors.js';
import { endGroup, tieToThisProcess } from './process-group.js';
import { readLines } from './read-lines.js';

/** Lines of stderr that are kept. */
const complaintLimit = 40;

export interface ToolRun {
  readonly command: string;
  readonly args: readonly string[];
  /** What the run reads; it is kept out of errors. */
  readonly source: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Code of a failure whose complaints are not known. */
  readonly otherwise: ErrorCode;
  readonly cwd?: string;
  /** Lets everything else go first. */
  readonly nice?: boolean;
  /** Gets stdout as it comes, then an empty text. */
  readonly onOutput?: (text: string) => void;
  /** Gets stdout as bytes instead; while it works nothing more is read. */
  readonly onBytes?: (bytes: Buffer) => void;
}

/**
 * Runs ffmpeg or ffprobe in a process group of its own, never through a shell, and ends that group on abort, on the
 * time limit and when this process dies.
 *
 * @returns the last complaints (stderr) of a run that succeeded, without URLs and paths
 * @throws the signal's reason after an abort; `media.timed_out`, `media.encoder_missing`, or the code that fits the
 * complaints. Always after the process has ended.
 */
export async function runTool(run: ToolRun): Promise<string[]> {
  run.signal.throwIfAborted();
  const complaints: string[] = [];
  const hearComplaint = readLines((line) => {
    complaints.push(hideSource(line, run.source));
    if (complaints.length > complaintLimit) complaints.shift();
  });

  // A relative path would be looked up in `cwd`; a bare name is looked up on PATH.
  const command = run.command.includes('/') ? resolve(run.command) : run.command;
  const child = spawn(command, run.args, {
    cwd: run.cwd,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  tieToThisProcess(child);
  if (run.nice) lowerPriority(child);
  if (run.onBytes) child.stdout.on('data', run.onBytes);
  else child.stdout.setEncoding('utf8').on('data', run.onOutput ?? (() => undefined));
  child.stderr.setEncoding('utf8').on('data', hearComplaint);

  const stop = new AbortController();
  const stopped = AbortSignal.any([run.signal, stop.signal]);
  const timer = setTimeout(
    () => stop.abort(new LandfallError('media.timed_out', `limit ${run.timeoutMs} ms`)),
    run.timeoutMs,
  );
  const end = () => endGroup(child);
  stopped.addEventListener('abort', end, { once: true });
  let status: string;
  try {
    status = await waitForEnd(child, run.command);
  } finally {
    clearTimeout(timer);
    stopped.removeEventListener('abort', end);
  }
  stopped.throwIfAborted();
  hearComplaint('');
  run.onOutput?.('');
  if (status === '0') return complaints;
  throw errorOfComplaints([...complaints, `ended with ${status}`], run.source, run.otherwise);
}

/** Resolves with the exit status or the signal once the process is gone and its pipes are empty. */
function waitForEnd(child: ChildProcess, command: string): Promise<string> {
  return new Promise((settle, reject) => {
    child.once('close', (status, signal) => settle(String(status ?? signal)));
    child.once('error', (cause: NodeJS.ErrnoException) =>
      reject(
        cause.code === 'ENOENT' || cause.code === 'EACCES'
          ? new LandfallError(
              'media.encoder_missing',
              `${command} cannot be started (${cause.code}): install ffmpeg, or set FFMPEG_PATH and FFPROBE_PATH`,
              { cause },
            )
          : cause,
      ),
    );
  });
}

function lowerPriority(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) setPriority(child.pid, 10);
  } catch (thrown) {
    // It may have exited already.
    if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'ERR_SYSTEM_ERROR')) throw thrown;
  }
}
