import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BenchmarkOptions } from '../harness/benchmark.js';
import { readCpuMs, readFamilyCpuMs, readMainThreadMs } from '../harness/machine.js';
import { makeMixedImages } from './photos.js';
import { startProgram } from '../harness/program.js';
import type { Report } from '../harness/report.js';
import { connectTo, openPostgres } from '../harness/services.js';
import { openStack } from '../harness/stack.js';
import { ratioOf, showSpread, spreadOf } from '../harness/spread.js';
import { checkRenditions, Uploader, waitForFirstRendition, waitUntilReady } from '../harness/upload-files.js';

const widths = [320, 640, 1280];
const copies = 6;
/** The default of WORKER_THUMBNAIL_CONCURRENCY on two cores; also used for the bare loop. */
const parallel = 2;
const timeoutMs = 300_000;
const everyMs = 50;

/**
 * Images per second from the queue to stored and recorded renditions, compared to a bare loop over the same files.
 */
export async function measureImages({ rounds, signal, say }: BenchmarkOptions): Promise<Report> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'landfall-bench-images-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  say('making images …');
  const files = await makeMixedImages(folder, 1);
  const batch = Array.from({ length: copies }, () => files).flat();
  const postgres = stack.use(await openPostgres());
  const landfall = await openStack(stack, postgres);
  const { client: database } = stack.use(await connectTo(landfall.databaseUrl));
  const bareSharp = stack.use(await startProgram('bareSharp', 'bench/references/bare-sharp.js'));
  const uploader = new Uploader(landfall);

  const images = batch.length;
  // The first images are half done when the clock starts, so they are not counted.
  const counted = images - parallel;
  const ours = {
    perSecond: [] as number[],
    cpu: [] as number[],
    main: [] as number[],
    whole: [] as number[],
  };
  const theirs = { perSecond: [] as number[], cpu: [] as number[], main: [] as number[] };
  for (let round = 0; round <= rounds; round += 1) {
    signal.throwIfAborted();
    const ids: string[] = [];
    for (const [index, file] of batch.entries())
      ids.push(await uploader.upload(`images/${round}/${index}-${file.slice(folder.length + 1)}`, file));
    // Everything is queued before the worker starts; the clock starts with its first rendition.
    const worker = await landfall.startWorker();
    const [firstId = ''] = ids;
    await waitForFirstRendition(database, firstId, { signal, timeoutMs, everyMs });
    const others = [landfall.api.pid, landfall.emulator.pid, postgres.pid];
    const spent = await startMeter(worker.pid, others);
    const elapsedMs = await waitUntilReady(database, ids, { signal, timeoutMs, everyMs });
    const used = await spent();
    await worker[Symbol.asyncDispose]();
    await checkRenditions(database, ids, widths.length);
    const bareSpent = await startMeter(bareSharp.pid);
    const bare = await bareSharp.ask<{ elapsedMs: number }>(
      { files: batch, widths, folder, parallel },
      timeoutMs,
    );
    const bareUsed = await bareSpent();
    if (round === 0) continue;
    ours.perSecond.push((counted / elapsedMs) * 1_000);
    ours.cpu.push(used.process / counted);
    ours.main.push(used.mainThread / counted);
    ours.whole.push(used.all / counted);
    theirs.perSecond.push((images / bare.elapsedMs) * 1_000);
    theirs.cpu.push(bareUsed.process / images);
    theirs.main.push(bareUsed.mainThread / images);
    say(
      `round ${round} of ${rounds}: ${ours.perSecond.at(-1)?.toFixed(2)} images/s, bareSharp ${theirs.perSecond.at(-1)?.toFixed(2)}`,
    );
  }
  const throughput = ratioOf(ours.perSecond, theirs.perSecond);
  const workerCpu = ratioOf(ours.cpu, theirs.cpu);
  const elsewhere = ratioOf(theirs.cpu, ours.cpu);
  const show = (values: readonly number[], digits = 0) => showSpread(spreadOf(values), digits);
  return {
    name: 'images-throughput',
    ratios: { bareSharp: throughput, workerCpu, elsewhere },
    facts: { settings: { rounds, images, parallel }, landfall: ours, bareSharp: theirs },
    tables: [
      [
        [
          '',
          'images/s: median (min–max)',
          'CPU ms/image: process',
          'its main thread',
          'with store, api, Postgres',
        ],
        ['landfall', show(ours.perSecond, 2), show(ours.cpu), show(ours.main), show(ours.whole)],
        ['bareSharp', show(theirs.perSecond, 2), show(theirs.cpu), show(theirs.main), ''],
        ['landfall against bareSharp', showSpread(throughput, 2), showSpread(workerCpu, 2), '', ''],
        ['were all but the worker elsewhere', showSpread(elsewhere, 2), '', '', ''],
      ],
    ],
    notes: [
      `${images} images of ${files.length} kinds, ${parallel} at a time, three WebP thumbnails each; store, api and Postgres share the cores`,
      'the last row is by processor time: what the worker would reach if it had the cores to itself, as bareSharp has',
    ],
  };
}

/** Processor time, in milliseconds. */
interface Spent {
  process: number;
  mainThread: number;
  /** Including that of the other processes. */
  all: number;
}

/** Measures the processor time of a process and, with it, the families of others. NaN without /proc. */
async function startMeter(pid: number, others: readonly number[] = []): Promise<() => Promise<Spent>> {
  const read = async (): Promise<Spent> => {
    const families = await Promise.all(others.map((other) => readFamilyCpuMs(other)));
    const own = (await readCpuMs(pid)) ?? Number.NaN;
    const mainThread = (await readMainThreadMs(pid)) ?? Number.NaN;
    return {
      process: own,
      mainThread,
      all: families.reduce<number>((sum, one) => sum + (one ?? Number.NaN), own),
    };
  };
  const before = await read();
  return async () => {
    const now = await read();
    return {
      process: now.process - before.process,
      mainThread: now.mainThread - before.mainThread,
      all: now.all - before.all,
    };
  };
}
