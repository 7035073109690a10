import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '#testing';
import { inject } from 'vitest';

/** An ffmpeg that a test stops, and sees. */
export interface HeldEncoder extends AsyncDisposable {
  /** For FFMPEG_PATH. */
  path: string;
  /** Makes what encodes streams after it take as long as they last. */
  slow(): Promise<void>;
  /** Makes what is held fail instead. */
  fail(): Promise<void>;
  /** Lets everything go on. */
  release(): Promise<void>;
  /** The process id of the first encoder that is held. */
  held(): Promise<number>;
  /** Runs that were to be held, until now. */
  count(): Promise<number>;
}

/** Stands in for ffmpeg, and is ffmpeg, but that a run with these words in its arguments waits until it is released. */
export async function holdEncoder(words: string): Promise<HeldEncoder> {
  const folder = await mkdtemp(join(tmpdir(), 'landfall-held-'));
  const path = join(folder, 'ffmpeg');
  const script = [
    '#!/bin/sh',
    `case "$*" in *'${words}'*)`,
    `  : > ${folder}/run.$$`,
    `  [ -e ${folder}/failing ] && [ ! -e ${folder}/released ] && echo 'the chip is on fire' >&2 && exit 1`,
    `  while [ ! -e ${folder}/released ]; do sleep 0.1; done;;`,
    'esac',
    `case "$*" in *segment_%05d.m4s*) [ -e ${folder}/slow ] && exec ${inject('services').ffmpegPath} -re "$@";; esac`,
    `exec ${inject('services').ffmpegPath} "$@"`,
  ];
  await writeFile(path, script.join('\n'));
  await chmod(path, 0o755);
  const runs = async () => (await readdir(folder)).filter((name) => name.startsWith('run.'));
  return {
    path,
    slow: () => writeFile(join(folder, 'slow'), ''),
    fail: () => writeFile(join(folder, 'failing'), ''),
    release: () => writeFile(join(folder, 'released'), ''),
    held: () =>
      eventually(async () => {
        const [run] = await runs();
        return run === undefined ? undefined : Number(run.slice('run.'.length));
      }),
    count: async () => (await runs()).length,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Whether a process is there; one that only waits to be collected is not. */
export async function isRunning(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  return stat !== null && stat.slice(stat.lastIndexOf(')') + 2)[0] !== 'Z';
}
