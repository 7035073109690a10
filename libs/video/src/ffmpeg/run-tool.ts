import { spawn, type ChildProcess } from 'node:child_process';
import { basename, resolve } from 'node:path';
import { sandboxEnvironment, LandfallError, type ErrorCode } from '#runtime';
import { inSpan, type Span } from '#tracing';
import { errorOfComplaints, hideSource, logOf } from './ffmpeg-errors.js';
import { limitsOf, notStarted, withLimits, type SandboxBounds } from './sandbox-limits.js';
import { endGroup, tieToThisProcess } from './process-group.js';
import { readLines } from './read-lines.js';

/** Maximum number of stderr lines that are kept. */
const complaintLimit = 40;

/** One run of ffmpeg or ffprobe. */
export interface ToolRun {
  readonly command: string;
  /** Purpose of the run in a word or two, for traces. */
  readonly task: string;
  readonly args: readonly string[];
  /** The path or URL that the run reads; it is kept out of errors. */
  readonly source: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Code of a failure with unrecognised complaints. */
  readonly otherwise: ErrorCode;
  readonly cwd?: string;
  readonly bounds?: SandboxBounds;
  /** Whether to run at low CPU priority. */
  readonly nice?: boolean;
  /** Receives stdout in chunks of text, then an empty string. */
  readonly onOutput?: (text: string) => void;
  /** Receives stdout as bytes instead; nothing more is read until it returns. */
  readonly onBytes?: (bytes: Buffer) => void;
  /** Last known speed as a multiple of real time; null if unknown. */
  readonly speed?: () => number | null;
}

/**
 * Runs ffmpeg or ffprobe in its own process group, with limits on memory, files and CPU time and without our environment. Ends
 * the group on abort, on timeout and when this process dies. Arguments are never interpreted by a shell.
 *
 * @returns the last complaints (stderr) of a successful run, without URLs and directories
 * @throws the signal's reason after an abort; `media.timed_out`, `media.encoder_missing`, `media.encoder_killed`,
 * `media.output_too_large`, or the code that matches the complaints. Always after the process has ended.
 */
export function runTool(run: ToolRun): Promise<string[]> {
  const head = { name: basename(run.command), facts: { 'landfall.task': run.task } };
  return inSpan(head, (span) => runProgram(run, span));
}

async function runProgram(run: ToolRun, span: Span | null): Promise<string[]> {
  run.signal.throwIfAborted();
  const complaints: string[] = [];
  const hearComplaint = readLines((line) => {
    complaints.push(hideSource(line, run.source));
    if (complaints.length > complaintLimit) complaints.shift();
  });

  // A relative path would be resolved against `cwd`; a bare name is looked up on PATH.
  const command = run.command.includes('/') ? resolve(run.command) : run.command;
  const limits = limitsOf(run.bounds ?? {}, run.timeoutMs);
  const [shell, args] = withLimits([command, ...run.args], limits, run.nice ?? false);
  const child: ChildProcess = spawn(shell, args, {
    cwd: run.cwd,
    env: sandboxEnvironment(),
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = waitForEnd(child, run.command);
  tieToThisProcess(child);
  // When file descriptors run out, there is no child and there are no pipes.
  if (run.onBytes) child.stdout?.on('data', run.onBytes);
  else child.stdout?.setEncoding('utf8').on('data', run.onOutput ?? (() => undefined));
  child.stderr?.setEncoding('utf8').on('data', hearComplaint);

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
    status = await ended;
  } finally {
    clearTimeout(timer);
    stopped.removeEventListener('abort', end);
  }
  // An exit code or a signal name.
  span?.note({ 'landfall.exit': status, 'landfall.speed': run.speed?.() ?? undefined });
  stopped.throwIfAborted();
  hearComplaint('');
  run.onOutput?.('');
  if (status === '0') return complaints;
  throw failureOf(status, complaints, run);
}

/** Codes for signals that the kernel sends when a limit is exceeded, or that another process sends. */
const endings: Readonly<Record<string, ErrorCode>> = {
  SIGXFSZ: 'media.output_too_large',
  SIGXCPU: 'media.timed_out',
  SIGKILL: 'media.encoder_killed',
  SIGTERM: 'media.encoder_killed',
  SIGINT: 'media.encoder_killed',
  SIGHUP: 'media.encoder_killed',
};

function failureOf(status: string, complaints: readonly string[], run: ToolRun): LandfallError {
  if (notStarted.includes(status)) return missing(run.command, complaints.at(-1) ?? status);
  const reported = [...complaints, `ended with ${status}`];
  const code = endings[status];
  // ffmpeg turns a signal such as SIGTERM into this exit code, without a message.
  const ended = status === '255' && complaints.length === 0 ? 'media.encoder_killed' : code;
  if (ended)
    return new LandfallError(ended, `the encoder ended with ${status}`, {
      context: { log: logOf(reported) },
    });
  return errorOfComplaints(reported, run.source, run.otherwise);
}

function missing(command: string, reason: string, cause?: unknown): LandfallError {
  return new LandfallError(
    'media.encoder_missing',
    `${command} cannot be started (${reason}): install ffmpeg, or set FFMPEG_PATH and FFPROBE_PATH`,
    { cause },
  );
}

/** Resolves with the exit code or signal name once the process has exited and its pipes are drained. */
function waitForEnd(child: ChildProcess, command: string): Promise<string> {
  return new Promise((settle, reject) => {
    child.once('close', (status, signal) => settle(String(status ?? signal)));
    child.once('error', (cause: NodeJS.ErrnoException) =>
      reject(
        cause.code === 'ENOENT' || cause.code === 'EACCES' ? missing(command, cause.code, cause) : cause,
      ),
    );
  });
}
