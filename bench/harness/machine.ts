import { readFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, platform, release, totalmem } from 'node:os';

/** What the figures were measured on. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly system: string;
  readonly node: string;
  /** Processes that wanted a core in the minute before; much above 0 means that the figures are noisy. */
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

/** The resident memory of a process, now and at its peak; null where there is no /proc. */
export async function readMemory(pid: number): Promise<ResidentMemory | null> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const megabytes = (name: string) => {
    const kibibytes = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1];
    return kibibytes === undefined ? undefined : Math.round(Number(kibibytes) / 1024);
  };
  const [residentMb, peakMb] = [megabytes('VmRSS'), megabytes('VmHWM')];
  return residentMb === undefined || peakMb === undefined ? null : { residentMb, peakMb };
}

/** Linux counts processor time in hundredths of a second, whatever its own clock does. */
const tickMs = 10;

/** Processor time that a process has used so far, user and system, in milliseconds; null where there is no /proc. */
export async function readCpuMs(pid: number): Promise<number | null> {
  return cpuMsOf(await readStat(`/proc/${pid}`));
}

/** As `readCpuMs`, of its main thread alone: in a worker all but sharp, sockets of others and V8's helpers. */
export async function readMainThreadMs(pid: number): Promise<number | null> {
  return cpuMsOf(await readStat(`/proc/${pid}/task/${pid}`));
}

/** As `readCpuMs`, of a process and its children, those included that have ended: of Postgres, all of its connections. */
export async function readFamilyCpuMs(pid: number): Promise<number | null> {
  const stat = await readStat(`/proc/${pid}`);
  const own = cpuMsOf(stat);
  if (own === null) return null;
  const ended = (Number(stat[13]) + Number(stat[14])) * tickMs;
  const children = await readText(`/proc/${pid}/task/${pid}/children`);
  const living = children.split(' ').filter(Boolean).map(Number);
  const ofLiving = await Promise.all(living.map(async (child) => (await readCpuMs(child)) ?? 0));
  return ofLiving.reduce((sum, one) => sum + one, own + ended);
}

/** The fields from the state on; none where there is no /proc, or the process has ended. */
async function readStat(folder: string): Promise<string[]> {
  const line = await readText(`${folder}/stat`);
  // The name in the second field may hold spaces: count from the bracket that ends it.
  return line.slice(line.lastIndexOf(')') + 2).split(' ');
}

const readText = (file: string) => readFile(file, 'utf8').catch(() => '');

function cpuMsOf(stat: readonly string[]): number | null {
  const ticks = Number(stat[11]) + Number(stat[12]);
  return Number.isNaN(ticks) ? null : ticks * tickMs;
}
