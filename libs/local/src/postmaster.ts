import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { PostgresHome } from './postgres-home.js';
import { pause } from '#runtime';
import { commandLineOf, endProcesses } from './processes.js';
import { runCommand } from './run-command.js';

const endPollMs = 250;

/**
 * Excludes the caller's environment: variables such as PGPORT or a locale would change the
 * behaviour of Postgres.
 */
const environment = { PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin', LC_ALL: 'C' };

export function clusterDirOf(home: PostgresHome): string {
  return join(home.dir, 'data');
}

/** Runs a Postgres program as the owner of the cluster, in a working directory that this user can enter. */
export function runPostgresTool(
  home: PostgresHome,
  tool: 'initdb' | 'pg_ctl',
  parameters: readonly string[],
  options: { timeoutMs: number; outputFd?: number },
) {
  return runCommand(join(home.binDir, tool), [...parameters, '-D', clusterDirOf(home)], {
    ...options,
    ...home.user,
    cwd: '/',
    env: environment,
  });
}

/**
 * Ends the Postgres that runs on this cluster, if any, including one that a killed run left behind.
 * Afterwards no postmaster.pid is left, whose id may now belong to another process and would
 * prevent Postgres from starting.
 */
export async function stopPostmaster(home: PostgresHome): Promise<void> {
  if ((await findPostmaster(home)) !== undefined)
    await runPostgresTool(home, 'pg_ctl', ['stop', '-s', '-w', '-m', 'fast', '-t', '3'], {
      timeoutMs: 4_000,
    });
  if ((await findPostmaster(home)) !== undefined)
    await runPostgresTool(home, 'pg_ctl', ['stop', '-s', '-w', '-m', 'immediate', '-t', '1'], {
      timeoutMs: 2_000,
    });
  const left = await findPostmaster(home);
  if (left !== undefined) await endProcesses([left], 0);
  await rm(join(clusterDirOf(home), 'postmaster.pid'), { force: true });
}

/** Waits until Postgres has ended or the signal aborts. Polls, because Postgres is not our child process. */
export async function waitForPostmasterEnd(home: PostgresHome, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && (await findPostmaster(home)) !== undefined) await pause(endPollMs, signal);
}

/** The process id in postmaster.pid if it is alive and runs on this cluster. */
async function findPostmaster(home: PostgresHome): Promise<number | undefined> {
  const file = await readFile(join(clusterDirOf(home), 'postmaster.pid'), 'utf8').catch(() => '');
  const pid = Number.parseInt(file, 10);
  if (!Number.isInteger(pid)) return undefined;
  const words = (await commandLineOf(pid)).split(' ');
  return words[0]?.endsWith('postgres') && words.includes(clusterDirOf(home)) ? pid : undefined;
}
