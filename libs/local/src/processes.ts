import { readFile, readdir } from 'node:fs/promises';
import { pause } from '#runtime';
import { runCommand } from './run-command.js';

/**
 * Whether a process with this id runs; zombies do not count. Ids are reused: check `commandLineOf`
 * before treating it as yours.
 */
export async function isRunning(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  return (await commandLineOf(pid)) !== '';
}

/**
 * The command line of a process, separated by spaces; empty if there is none (or it is a zombie).
 */
export async function commandLineOf(pid: number): Promise<string> {
  const line = await readProcFile(pid, 'cmdline');
  if (line !== undefined) return line.trimEnd();
  const { code, output } = await runCommand('ps', ['-o', 'command=', '-p', String(pid)], {
    timeoutMs: 5_000,
  });
  return code === 0 ? output : '';
}

/**
 * The ids of all processes that were started with `marker` (`NAME=value`) in their environment, and
 * of their descendants. This distinguishes the children of a killed run from other processes.
 */
export async function findMarkedProcesses(marker: string): Promise<number[]> {
  const ids = await readdir('/proc').catch(() => undefined);
  if (!ids?.includes('self')) return findMarkedByPs(marker);
  const found = await Promise.all(
    ids
      .map(Number)
      .filter(Number.isInteger)
      .map(async (pid) => {
        const environment = (await readProcFile(pid, 'environ')) ?? '';
        return environment.split(' ').includes(marker) ? [pid] : [];
      }),
  );
  return found.flat().filter((pid) => pid !== process.pid);
}

/**
 * Ends processes: SIGTERM, and SIGKILL for those that still run after `graceMs`. Resolves when all
 * have ended.
 */
export async function endProcesses(pids: readonly number[], graceMs: number): Promise<void> {
  for (const pid of pids) signalProcess(pid, 'SIGTERM');
  const left = await waitForEnd(pids, graceMs);
  for (const pid of left) signalProcess(pid, 'SIGKILL');
  await waitForEnd(left, 2_000);
}

async function waitForEnd(pids: readonly number[], limitMs: number): Promise<number[]> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    const alive = await Promise.all(pids.map(isRunning));
    const left = pids.filter((_, index) => alive[index]);
    if (left.length === 0 || Date.now() >= deadline) return left;
    await pause(50);
  }
}

function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    // The process has already ended.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** Reads a file below /proc/<pid> with its NULs as spaces; undefined if it cannot be read. */
async function readProcFile(pid: number, name: 'cmdline' | 'environ'): Promise<string | undefined> {
  const text = await readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => undefined);
  return text?.replaceAll('\0', ' ');
}

/** macOS has no /proc; its ps prints the environment after the command. */
async function findMarkedByPs(marker: string): Promise<number[]> {
  const { output } = await runCommand('ps', ['axeww', '-o', 'pid=,command='], { timeoutMs: 5_000 });
  return output
    .split('\n')
    .filter((line) => line.split(' ').includes(marker))
    .map((line) => Number.parseInt(line, 10))
    .filter((pid) => pid !== process.pid);
}
