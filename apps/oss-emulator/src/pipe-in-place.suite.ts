import { execFileSync } from 'node:child_process';
import { rm } from 'node:fs/promises';

/** Puts a pipe in place of a file: whoever reads it waits until somebody opens it to write, and closes it. */
export async function putPipeInPlace(path: string): Promise<void> {
  await rm(path, { force: true });
  execFileSync('mkfifo', [path]);
}
