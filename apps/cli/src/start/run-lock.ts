import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { commandLineOf, endProcesses, findMarkedProcesses } from '#local';
import { LandfallError } from '#runtime';
import { z } from 'zod';

const graceMs = 5_000;

const runSchema = z.object({
  pid: z.int(),
  id: z.string(),
  startedAt: z.string(),
  apiUrl: z.string(),
  ossEndpoint: z.string(),
});

export interface RunLock {
  /** An environment variable set in every process of this run, so that they can be found after a crash. */
  readonly marker: { readonly LANDFALL_RUN: string };
  /** Ends all remaining processes of the run: SIGTERM, and SIGKILL after `graceMs`. */
  endLeftovers(graceMs: number): Promise<void>;
  release(): Promise<void>;
}

/**
 * Makes this the only local run of the folder, recorded in run.json. Ends the processes that a killed run left
 * behind.
 * @throws LandfallError local.already_running
 */
export async function takeRunLock(
  dataDir: string,
  { apiUrl, ossEndpoint }: { apiUrl: string; ossEndpoint: string },
): Promise<RunLock> {
  const file = join(dataDir, 'run.json');
  const id = randomUUID();
  const run: z.output<typeof runSchema> = {
    pid: process.pid,
    id,
    startedAt: new Date().toISOString(),
    apiUrl,
    ossEndpoint,
  };
  await mkdir(dataDir, { recursive: true });
  // Creating a hard link is atomic, contents included, so no reader ever sees a partial run.json.
  const unfinished = `${file}.${process.pid}`;
  await writeFile(unfinished, JSON.stringify(run));
  try {
    while (!(await linkIfFree(unfinished, file))) await clearStaleRun(file);
  } finally {
    await rm(unfinished, { force: true });
  }
  return {
    marker: { LANDFALL_RUN: id },
    endLeftovers: (limitMs) => endMarked(id, limitMs),
    release: () => rm(file, { force: true }),
  };
}

async function linkIfFree(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false;
    throw error;
  }
}

const isCode = (error: unknown, code: string) =>
  error instanceof Error && 'code' in error && error.code === code;

async function clearStaleRun(file: string): Promise<void> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const result = runSchema.safeParse(parseJson(text));
  if (result.success) {
    const { pid, id, startedAt, apiUrl, ossEndpoint } = result.data;
    if (pid !== process.pid && isOurs(await commandLineOf(pid)))
      throw new LandfallError(
        'local.already_running',
        `since ${startedAt}, as process ${pid}: api ${apiUrl}, OSS emulator ${ossEndpoint}. Stop it first (Ctrl-C in its terminal, or kill ${pid})`,
      );
    await endMarked(id, graceMs);
  }
  await removeIfStill(file, text);
}

/**
 * Removes run.json only if it still holds `text`: another process may have cleared the same run and started since.
 */
async function removeIfStill(file: string, text: string): Promise<void> {
  const aside = `${file}.${process.pid}.stale`;
  try {
    await rename(file, aside);
  } catch (error) {
    if (isCode(error, 'ENOENT')) return;
    throw error;
  }
  const found = await readFile(aside, 'utf8').catch(() => '');
  // Three concurrent starts can still result in two runs: while the file is moved aside, the third start finds none.
  if (found !== text) await linkIfFree(aside, file);
  await rm(aside, { force: true });
}

/** Process ids are reused, so only a process with this command line holds the lock. */
function isOurs(commandLine: string): boolean {
  return /dist[/\\]programs[/\\]landfall\.js start/.test(commandLine);
}

async function endMarked(id: string, limitMs: number): Promise<void> {
  await endProcesses(await findMarkedProcesses(`LANDFALL_RUN=${id}`), limitMs);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
