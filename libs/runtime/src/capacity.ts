import { availableParallelism, totalmem } from 'node:os';

/** What this process may use of the machine. */
export interface Capacity {
  readonly cores: number;
  readonly memoryBytes: number;
}

/** The container's limits (cgroup, version 1 or 2) where there are any, otherwise the machine's cores and memory. */
export function readCapacity(): Capacity {
  const limit = process.constrainedMemory();
  return { cores: availableParallelism(), memoryBytes: limit > 0 ? Math.min(limit, totalmem()) : totalmem() };
}

/** Threads that are never busy with media: files and name look-ups go through the same pool. */
const spareThreads = 2;
const nodesOwnThreads = 4;

/**
 * Gives Node's thread pool, in which sharp works, a thread for each core. Call it before anything else: the pool takes its
 * size when it is first used. A size that is set from outside stays.
 */
export function sizeThreadPool({ cores }: Capacity): void {
  process.env['UV_THREADPOOL_SIZE'] ||= String(Math.max(nodesOwnThreads, cores + spareThreads));
}
