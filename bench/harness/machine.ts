import { readFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, platform, release, totalmem } from 'node:os';

/** The machine on which the figures were measured. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly system: string;
  readonly node: string;
  /** One-minute load average before the run; well above 0 means that the figures are noisy. */
  readonly loadBefore: number;
}

export function describeMachine(): Machine {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 1024 ** 3),
    system: `${platform()} ${release()}`,
    node: process.version,
    loadBefore: Number((loadavg()[0] ?? 0).toFixed(2)),
  };
}

export interface ResidentMemory {
  readonly residentMb: number;
  readonly peakMb: number;
}

/** Current and peak resident memory of a process; null without /proc. */
export async function readMemory(pid: number): Promise<ResidentMemory | null> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const megabytes = (name: string) => {
    const kibibytes = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1];
    return kibibytes === undefined ? undefined : Math.round(Number(kibibytes) / 1024);
  };
  const [residentMb, peakMb] = [megabytes('VmRSS'), megabytes('VmHWM')];
  return residentMb === undefined || peakMb === undefined ? null : { residentMb, peakMb };
}

/** Linux reports processor time in ticks of 10 ms, whatever the kernel's own timer frequency. */
const tickMs = 10;

/** Processor time of a process so far, user and system, in milliseconds; null without /proc. */
export function readCpuMs(pid: number): Promise<number | null> {
  return readTicks(`${pid}`, 11);
}

/** The same for the main thread only, which in a worker excludes sharp and V8's helper threads. */
export function readMainThreadMs(pid: number): Promise<number | null> {
  return readTicks(`${pid}/task/${pid}`, 11);
}

/** The same for the children of a process that have exited and been waited for. */
export function readChildrenCpuMs(process = 'self'): Promise<number | null> {
  return readTicks(process, 13);
}

/** The same for a process and its children, including exited ones; for Postgres, all of its connections. */
export async function readFamilyCpuMs(pid: number): Promise<number | null> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  const living = children.split(' ').filter(Boolean).map(Number);
  const [own, ended, ...others] = await Promise.all([
    readCpuMs(pid),
    readChildrenCpuMs(`${pid}`),
    ...living.map(readCpuMs),
  ]);
  if (own === null || ended === null) return null;
  return others.reduce<number>((sum, one) => sum + (one ?? 0), own + ended);
}

async function readTicks(process: string, field: number): Promise<number | null> {
  const line = await readFile(`/proc/${process}/stat`, 'utf8').catch(() => '');
  // The command name in the second field may contain spaces, so fields are counted from its closing parenthesis.
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[field]) + Number(fields[field + 1]);
  return Number.isNaN(ticks) ? null : ticks * tickMs;
}
