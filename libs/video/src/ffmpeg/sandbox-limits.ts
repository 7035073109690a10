import { availableParallelism } from 'node:os';

/** What one run of ffmpeg may take of the machine; what is not said is bounded by a default. */
export interface SandboxBounds {
  /** Cores that one run may take; unless set those of this process. */
  readonly cores?: number;
  /** Most memory, as address space; infinite for a chip's driver, which maps more than it uses. */
  readonly memoryMaxBytes?: number;
  /** Most bytes that the source and all that is made of it may take together on disk. */
  readonly scratchMaxBytes?: number;
}

/** What the kernel holds one process to, whatever becomes of us. */
export interface SandboxLimits {
  readonly memoryBytes: number;
  /** Largest file it may write. */
  readonly fileBytes: number;
  readonly cpuSeconds: number;
}

/** Address space is up to two and a half times the memory that is really used; 4K takes up to 4.3 GB of it (decision 16). */
const memoryMaxBytes = 8 * 1024 ** 3;
const scratchMaxBytes = 16 * 1024 ** 3;
/** Files, pipes and sockets that are open at once: a ladder of ten rungs has 30. */
const filesOpen = 256;
const niceness = 10;

/**
 * Sets the limits and becomes the program, so that they hold from its first instruction. A limit that a system does not
 * know (macOS has none of address space) is left out. No core dumps: they hold the media and fill the disk. When a
 * container's memory is at its end, Linux shall end this process and not the worker.
 *
 * `ulimit` counts memory in KiB and files in blocks of 512 bytes (POSIX).
 */
const script = `
ulimit -c 0 2>/dev/null
ulimit -n ${filesOpen} 2>/dev/null
ulimit -t "$1" 2>/dev/null
ulimit -f "$2" 2>/dev/null
ulimit -v "$3" 2>/dev/null
shift 3
if [ -w /proc/self/oom_score_adj ]; then echo 1000 > /proc/self/oom_score_adj; fi
exec "$@"`;

/** Status of a shell that cannot find, or not start, what it should become. */
export const notStarted = ['126', '127'];

/** The limits of a run that may last `timeoutMs`. */
export function limitsOf(bounds: SandboxBounds, timeoutMs: number): SandboxLimits {
  const cores = bounds.cores ?? availableParallelism();
  return {
    memoryBytes: bounds.memoryMaxBytes ?? memoryMaxBytes,
    fileBytes: scratchOf(bounds),
    // No run comes to this before its time is over; it is for one that nobody watches any more.
    cpuSeconds: Math.ceil(timeoutMs / 1_000) * cores + 10,
  };
}

export function scratchOf(bounds: SandboxBounds): number {
  return bounds.scratchMaxBytes ?? scratchMaxBytes;
}

/** The command line that runs a program within limits, behind all other work if it is `nice`. */
export function withLimits(
  [command, ...args]: readonly [string, ...string[]],
  limits: SandboxLimits,
  nice: boolean,
): [string, string[]] {
  const { memoryBytes, fileBytes, cpuSeconds } = limits;
  const memory = memoryBytes === Infinity ? 'unlimited' : Math.ceil(memoryBytes / 1_024);
  const counts = [cpuSeconds, Math.ceil(fileBytes / 512), memory].map(String);
  const lowered = nice ? ['nice', '-n', String(niceness)] : [];
  return ['/bin/sh', ['-c', script, 'sh', ...counts, ...lowered, command, ...args]];
}
