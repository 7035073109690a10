import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import type { SdkLine } from './house.fixture.js';

const run = promisify(execFile);
const installTimeoutMs = 900_000;
const runTimeoutMs = 240_000;

/** What installed SDKs are kept in from run to run. */
const keptFolder = join(process.cwd(), 'node_modules/.cache/landfall-sdks');

/** The folder of this language's programs. */
export const folderOf = (language: string): string => join(import.meta.dirname, language);

/** Path of a program of this machine. */
export async function findProgram(name: string): Promise<string | undefined> {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, name);
    const isThere = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return path;
  }
  return undefined;
}

/** Why an SDK cannot run here, undefined if these programs are all there. */
export async function missingPrograms(...names: string[]): Promise<string | undefined> {
  for (const name of names) if (!(await findProgram(name))) return `no ${name} on this machine`;
  return undefined;
}

/** For the name of tests that are skipped. */
export const because = (missing: string | undefined): string => (missing ? ` (skipped: ${missing})` : '');

interface Installation {
  name: string;
  /** Files that pin what is installed: when one changes, it is installed anew. */
  pinnedBy: string[];
  install: (folder: string) => Promise<void>;
}

/**
 * The folder of something installed, kept from run to run. A test that asks for it fails when it
 * cannot be installed: whoever runs these tests has the registries.
 */
export async function installOnce({ name, pinnedBy, install }: Installation): Promise<string> {
  const hash = createHash('sha256');
  for (const path of pinnedBy) hash.update(await readFile(path));
  const folder = join(keptFolder, `${name}-${hash.digest('hex').slice(0, 12)}`);
  const mark = join(folder, '.installed');
  const isInstalled = await access(mark).then(
    () => true,
    () => false,
  );
  if (!isInstalled) {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    await install(folder);
    await writeFile(mark, '');
  }
  return folder;
}

interface Place {
  cwd?: string;
  env?: Record<string, string>;
}

/** Runs a step of an installation. @throws with the end of its output */
export async function runStep(
  command: string,
  parameters: string[],
  place: Place & { timeoutMs?: number } = {},
): Promise<void> {
  await runWith(command, parameters, { timeoutMs: installTimeoutMs, ...place });
}

/** Runs a program of an SDK; returns the uploads it made. @throws with the end of its output */
export async function runProgram(
  command: string,
  parameters: string[],
  place: Place & { env: { SDK_RUN: string } },
): Promise<SdkLine[]> {
  const { stdout } = await runWith(command, parameters, { ...place, timeoutMs: runTimeoutMs });
  return stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as SdkLine);
}

/** Runs a program; returns what it printed. @throws with the end of its output */
export function runForOutput(
  command: string,
  parameters: string[],
  place: Place,
): Promise<{ stdout: string; stderr: string }> {
  return runWith(command, parameters, { ...place, timeoutMs: runTimeoutMs });
}

async function runWith(
  command: string,
  parameters: string[],
  { cwd, env, timeoutMs }: Place & { timeoutMs: number },
): Promise<{ stdout: string; stderr: string }> {
  try {
    return await run(command, parameters, {
      timeout: timeoutMs,
      maxBuffer: 64 * 1024 * 1024,
      ...(cwd && { cwd }),
      env: { ...process.env, ...env },
    });
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    const end = `${stdout}\n${stderr}`.slice(-4_000);
    throw new Error(`${command} ${parameters.join(' ')} failed:\n${end}`, { cause: error });
  }
}
