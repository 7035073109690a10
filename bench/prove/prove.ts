import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { countAll } from './count/count-all.js';
import type { Findings } from './count/findings.js';
import type { Latency } from './count/latencies.js';
import { findForeignProcesses, findScratchFiles } from './count/leftovers.js';
import type { Totals } from './count/totals.js';
import { type MadeFault, makeFaults } from './faults/make-faults.js';
import { targetsIn } from './faults/fault-table.js';
import { planFaults } from './faults/schedule.js';
import { Watch } from './faults/watch.js';
import { Client } from './load/client.js';
import { drive } from './load/drive.js';
import { makeMedia } from './load/media.js';
import { Pace } from './load/pace.js';
import { Receiver } from './load/receiver.js';
import type { Backend } from './parts/base.js';
import { openStack, type Stack } from './parts/stack.js';

export interface ProveOptions {
  readonly backend: Backend;
  readonly uploads: number;
  readonly seed: number;
  readonly perSecond: number;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/** The result of a run. */
export interface Outcome {
  readonly backend: Backend;
  readonly totals: Totals;
  readonly findings: Findings;
  /** Processes, jobs and files that were left behind. */
  readonly leftovers: readonly string[];
  readonly faults: readonly MadeFault[];
  readonly latencies: readonly Latency[];
  /** Programs that ended without having been killed, and how often. */
  readonly endedByThemselves: Readonly<Record<string, number>>;
  readonly loadS: number;
  /** Seconds from the last upload until everything had settled. */
  readonly settleS: number;
  readonly holds: boolean;
  /** Where logs and data are kept; null if they were removed because everything holds. */
  readonly folder: string | null;
}

/** Uploads to a running Landfall while injecting every kind of fault, then checks the results. */
export async function prove(options: ProveOptions): Promise<Outcome> {
  const { backend, seed, signal, say } = options;
  const folder = await mkdtemp(join(tmpdir(), 'landfall-prove-'));
  // When run as root, Postgres runs as another user, who needs access.
  await chmod(folder, 0o755);
  let isKept = true;
  try {
    await using disposables = new AsyncDisposableStack();
    say(`${backend}: starting, seed ${seed}`);
    const answersFile = join(folder, 'answers.txt');
    const receivedFile = join(folder, 'received.txt');
    const receiver = disposables.use(await Receiver.open(receivedFile, seed));
    const stack = await openStack(disposables, { backend, seed, folder });
    await receiver.subscribe(stack);
    const startedAt = performance.now();
    const faults = await runLoad(stack, folder, answersFile, options);
    const loadedAt = performance.now();
    say('all uploads are made');
    const counted = await countAll(stack, { answersFile, receivedFile }, options);
    const settledAt = performance.now();
    const leftovers = counted.leftovers.concat(await stopAndLook(stack));
    signal.throwIfAborted();
    const isClean = Object.values(counted.findings).every(({ count }) => count === 0);
    if (receiver.forged > 0) leftovers.push(`${receiver.forged} deliveries whose signature does not hold`);
    const holds = counted.isSettled && isClean && leftovers.length === 0;
    isKept = !holds;
    return {
      backend,
      ...counted,
      leftovers,
      faults,
      endedByThemselves: Object.fromEntries(
        stack.parts
          .filter(({ endedByItself }) => endedByItself > 0)
          .map((part) => [part.name, part.endedByItself]),
      ),
      loadS: Math.round((loadedAt - startedAt) / 1_000),
      settleS: Math.round((settledAt - loadedAt) / 1_000),
      holds,
      folder: holds ? null : folder,
    };
  } finally {
    if (isKept && !signal.aborted) say(`logs and data are in ${folder}`);
    else await rm(folder, { recursive: true, force: true });
  }
}

/** Runs uploads and faults until both are done. */
async function runLoad(
  stack: Stack,
  folder: string,
  answersFile: string,
  { uploads, seed, perSecond, signal, say }: ProveOptions,
): Promise<MadeFault[]> {
  const media = await makeMedia(join(folder, 'media'));
  const failed = new AbortController();
  const ends = AbortSignal.any([signal, failed.signal]);
  const pace = new Pace(ends);
  const watch = new Watch(stack.databaseUrl, ends);
  const client = new Client(stack, media, { onAnswer: watch.tellAnswer });
  const schedule = planFaults(targetsIn(stack), { seed, uploads, perSecond });
  const loading = drive({
    uploads,
    seed,
    perSecond,
    answersFile,
    mayBegin: (number) => pace.mayBegin(number),
    upload: (upload, end) => client.upload(upload, end),
    signal: ends,
  });
  const faulting = makeFaults(schedule, { stack, pace, watch, uploads, signal: ends, say });
  // If one fails, the other is ended too, before anything is torn down.
  for (const work of [loading, faulting]) work.catch((error: unknown) => failed.abort(error));
  await Promise.allSettled([loading, faulting]);
  await loading;
  return faulting;
}

/** Stops our programs in order and returns what they left behind. */
async function stopAndLook(stack: Stack): Promise<string[]> {
  await Promise.all([stack.api, ...stack.workers].map((app) => app.stop()));
  await stack.emulator.stop();
  const processes = await findForeignProcesses(stack);
  return [
    ...processes.map((pid) => `process ${pid}, after all were stopped`),
    ...(await findScratchFiles(stack)),
  ];
}
