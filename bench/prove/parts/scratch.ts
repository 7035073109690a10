import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const sizeMb = 64;

/** Scratch space of a worker: a disk of its own, if possible, so that it can be filled. */
export interface ScratchDisk extends AsyncDisposable {
  readonly folder: string;
  /** Why it cannot be filled; null if it can. */
  readonly shared: string | null;
  fill(): Promise<void>;
  clear(): Promise<void>;
}

/** Mounts a small tmpfs, or uses a plain folder if this process may not mount. */
export async function openScratchDisk(folder: string): Promise<ScratchDisk> {
  await mkdir(folder, { recursive: true });
  const mount = run('mount', ['-t', 'tmpfs', '-o', `size=${sizeMb}m,mode=755`, 'tmpfs', folder]);
  const shared = await mount.then(
    () => null,
    (error: { stderr?: string }) => `cannot mount a tmpfs: ${error.stderr?.trim() || 'no permission'}`,
  );
  const filler = join(folder, 'filler');
  return {
    folder,
    shared,
    async fill() {
      // Part of it may be in use; it is full when a write fails.
      await writeFile(filler, Buffer.alloc(sizeMb * 1024 ** 2)).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOSPC') throw error;
      });
    },
    clear: () => rm(filler, { force: true }),
    async [Symbol.asyncDispose]() {
      if (shared === null) await run('umount', ['--lazy', folder]);
    },
  };
}
