import { mkdir, mkdtemp, readdir, rm, stat, statfs } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { gauge, gauges, LandfallError } from '#runtime';
import pMap from 'p-map';

/** Temporary folders, one per job, removed when the job ends, however it ends. */
export interface Scratch {
  /**
   * Runs `work` with a new folder and removes the folder afterwards.
   * @throws LandfallError media.scratch_full if any part of the work runs out of disk space or quota
   */
  withFolder<T>(work: (folder: string) => Promise<T>): Promise<T>;
  close(): Promise<void>;
  /** Where those folders are. */
  readonly root: string;
}

/** Concurrent `stat` calls, bounded because Node's thread pool serves other work too. */
const statsAtOnce = 4;

/** Declares gauges of the scratch space: used by this worker, free, and the limit per job. Call once. */
export function measureScratch({ root }: Scratch, jobMaxBytes: number): void {
  gauges('landfall_scratch_bytes', 'Bytes that this worker has in its scratch space', [], async () => [
    [{}, await bytesIn(root)],
  ]);
  gauges('landfall_scratch_free_bytes', 'Bytes that are free where the scratch space is', [], async () => {
    const { bavail, bsize } = await statfs(root);
    return [[{}, bavail * bsize]];
  });
  gauge(
    'landfall_scratch_job_max_bytes',
    'Maximum bytes of one job in scratch space (MEDIA_SCRATCH_MAX_BYTES)',
    () => jobMaxBytes,
  );
}

/** A file that its job removes during the count counts as 0. */
async function bytesIn(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await pMap(
    files,
    ({ parentPath, name }) =>
      stat(join(parentPath, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    { concurrency: statsAtOnce },
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/**
 * Opens this worker's scratch space below `parent` (default: a folder per user in the system's temporary directory) and
 * removes the leftovers of killed workers.
 */
export async function openScratch(
  parent = join(tmpdir(), `landfall-scratch-${userInfo().username}`),
): Promise<Scratch> {
  await mkdir(parent, { recursive: true });
  await removeLeftovers(parent);
  const root = await mkdtemp(join(parent, `worker-${process.pid}-`));
  return {
    root,
    async withFolder(work) {
      try {
        const folder = await mkdtemp(join(root, 'job-'));
        try {
          return await work(folder);
        } finally {
          await rm(folder, { recursive: true, force: true });
        }
      } catch (error) {
        if (!isDiskFull(error)) throw error;
        throw new LandfallError('media.scratch_full', undefined, { cause: error });
      }
    },
    close: () => rm(root, { recursive: true, force: true }),
  };
}

async function removeLeftovers(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const pid = /^worker-(\d+)-/.exec(name)?.[1];
    // Our own pid must be that of an earlier process, e.g. in a restarted container.
    if (pid === undefined || (Number(pid) !== process.pid && isAlive(Number(pid)))) continue;
    await rm(join(parent, name), { recursive: true, force: true });
  }
}

function isDiskFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is alive, but belongs to another user.
    return (error as { code?: unknown }).code === 'EPERM';
  }
}
