import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { workerFlags } from '#local';
import { readMemory } from '../harness/machine.js';

/** The result of one `landfall reconcile`. */
export interface Run {
  readonly looked: number;
  readonly missing: number;
  /** From process start to exit. */
  readonly ms: number;
  /** Null without /proc. */
  readonly peakMb: number | null;
}

const memoryEveryMs = 100;

/**
 * Runs the command in a child process, as a user would.
 * @throws Error with its output if it fails
 */
export async function runReconcile(
  words: readonly string[],
  env: Record<string, string>,
  signal: AbortSignal,
): Promise<Run> {
  const cli = fileURLToPath(new URL('../../programs/landfall.js', import.meta.url));
  const startedAt = performance.now();
  const child = spawn(process.execPath, [...workerFlags, cli, 'reconcile', '--json', ...words], {
    env,
    signal,
  });
  const ended = once(child, 'close') as Promise<[number | null]>;
  const output = Promise.all([text(child.stdout), text(child.stderr)]);
  let peakMb: number | null = null;
  const watch = async () => {
    while (child.exitCode === null && child.signalCode === null) {
      peakMb = (await readMemory(child.pid ?? 0))?.peakMb ?? peakMb;
      await pause(memoryEveryMs);
    }
  };
  const [[code]] = await Promise.all([ended, watch()]);
  const ms = performance.now() - startedAt;
  const [printed, problem] = await output;
  if (code !== 0) throw new Error(`landfall reconcile ended with ${code}: ${printed}${problem}`);
  const { looked, counts } = JSON.parse(printed) as { looked: number; counts: { missing: number } };
  return { looked, missing: counts.missing, ms, peakMb };
}
