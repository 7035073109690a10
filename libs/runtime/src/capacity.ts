import { availableParallelism, totalmem } from 'node:os';

/** The cores and memory that this process may use. */
export interface Capacity {
  readonly cores: number;
  readonly memoryBytes: number;
}

/** Reads the container's limits (cgroup v1 or v2) if there are any, otherwise the machine's cores and memory. */
export function readCapacity(): Capacity {
  const limit = process.constrainedMemory();
  return { cores: availableParallelism(), memoryBytes: limit > 0 ? Math.min(limit, totalmem()) : totalmem() };
}

/** Threads beyond those for media, since file access and DNS lookups use the same pool. */
const spareThreads = 2;
const nodesOwnThreads = 4;

/**
 * Sizes Node's thread pool, which sharp uses, to one thread per core and some spare ones. Call it before anything else: the
 * pool reads its size on first use. A value set in the environment is kept.
 */
export function sizeThreadPool({ cores }: Capacity): void {
  process.env['UV_THREADPOOL_SIZE'] ||= String(Math.max(nodesOwnThreads, cores + spareThreads));
}
