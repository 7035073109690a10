import { availableParallelism } from 'node:os';

/** Bounds on the resources of one run of ffmpeg; each has a default. */
export interface SandboxBounds {
  /** Cores that one run may use; if unset, all that this process may use. */
  readonly cores?: number;
  /** Maximum address space; `Infinity` for a hardware driver, which maps more than it uses. */
  readonly memoryMaxBytes?: number;
  /** Maximum disk space in bytes for the source and everything made from it. */
  readonly scratchMaxBytes?: number;
}

/** Limits that the kernel enforces on one process, even after this one has died. */
export interface SandboxLimits {
  readonly memoryBytes: number;
  /** Largest file it may write. */
  readonly fileBytes: number;
  readonly cpuSeconds: number;
}

/** Address space is up to 2.5 times the memory really used; 4K needs up to 4.3 GB of it (decision 16). */
const memoryMaxBytes = 8 * 1024 ** 3;
const scratchMaxBytes = 16 * 1024 ** 3;
/** Maximum number of open files, pipes and sockets: a ladder of ten rungs uses 30. */
const filesOpen = 256;
const niceness = 10;

/**
 * Sets the limits and then replaces itself with the program, so that they apply from its first instruction. A limit that the
 * system does not support (address space on macOS) is skipped. Core dumps are disabled: they contain the media and fill the
 * disk. The OOM score makes Linux kill this process, not the worker, when the container runs out of memory.
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

/** Exit codes of a shell that cannot start (126) or find (127) the program. */
export const notStarted = ['126', '127'];

/** The limits of a run that may last `timeoutMs`. */
export function limitsOf(bounds: SandboxBounds, timeoutMs: number): SandboxLimits {
  const cores = bounds.cores ?? availableParallelism();
  return {
    memoryBytes: bounds.memoryMaxBytes ?? memoryMaxBytes,
    fileBytes: scratchOf(bounds),
    // No run reaches this before its timeout; it ends one that is no longer supervised.
    cpuSeconds: Math.ceil(timeoutMs / 1_000) * cores + 10,
  };
}

/** The scratch space of a run in bytes, for the source and everything made from it. */
export function scratchOf(bounds: SandboxBounds): number {
  return bounds.scratchMaxBytes ?? scratchMaxBytes;
}

/** The command line that runs a program within the limits, at low CPU priority if `nice`. */
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
