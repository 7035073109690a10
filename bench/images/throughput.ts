import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BenchmarkOptions } from '../harness/benchmark.js';
import { readCpuMs } from '../harness/machine.js';
import { makeMixedImages } from './photos.js';
import { startProgram } from '../harness/program.js';
import type { Report } from '../harness/report.js';
import { connectTo, openPostgres } from '../harness/services.js';
import { openStack } from '../harness/stack.js';
import { ratioOf, showSpread, spreadOf } from '../harness/spread.js';
import { checkRenditions, Uploader, waitForFirstRendition, waitUntilReady } from '../harness/upload-files.js';

const widths = [320, 640, 1280];
const copies = 6;
/** The default of WORKER_THUMBNAIL_CONCURRENCY on this many cores, and for the bare loop too. */
const parallel = 2;
const timeoutMs = 300_000;
const everyMs = 50;

/** Images per second from the queue to stored and recorded renditions, beside a bare loop over the same files. */
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

  const ours: number[] = [];
  const theirs: number[] = [];
  const ourCpu: number[] = [];
  const bareCpu: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    signal.throwIfAborted();
    const ids: string[] = [];
    for (const [index, file] of batch.entries())
      ids.push(await uploader.upload(`images/${round}/${index}-${file.slice(folder.length + 1)}`, file));
    // Everything waits in the queue before a worker comes; its clock starts when its first rendition is there.
    const worker = await landfall.startWorker();
    const [firstId = ''] = ids;
    await waitForFirstRendition(database, firstId, { signal, timeoutMs, everyMs });
    const cpuBeforeMs = await readCpuMs(worker.pid);
    const elapsedMs = await waitUntilReady(database, ids, { signal, timeoutMs, everyMs });
    const cpuMs = ((await readCpuMs(worker.pid)) ?? 0) - (cpuBeforeMs ?? 0);
    await worker[Symbol.asyncDispose]();
    await checkRenditions(database, ids, widths.length);
    const bareCpuBeforeMs = await readCpuMs(bareSharp.pid);
    const order = { files: batch, widths, folder, parallel };
    const bare = await bareSharp.ask<{ elapsedMs: number }>(order, timeoutMs);
    const bareCpuMs = ((await readCpuMs(bareSharp.pid)) ?? 0) - (bareCpuBeforeMs ?? 0);
    if (round === 0) continue;
    ourCpu.push(cpuMs / (batch.length - parallel));
    bareCpu.push(bareCpuMs / batch.length);
    // When the clock starts, the first images are half done: they do not count.
    ours.push(((batch.length - parallel) / elapsedMs) * 1_000);
    theirs.push((batch.length / bare.elapsedMs) * 1_000);
    say(
      `round ${round} of ${rounds}: ${ours.at(-1)?.toFixed(2)} images/s, bareSharp ${theirs.at(-1)?.toFixed(2)}`,
    );
  }
  const ratio = ratioOf(ours, theirs);
  return {
    name: 'images-throughput',
    ratios: { bareSharp: ratio },
    facts: { settings: { rounds, images: batch.length, parallel }, landfall: ours, bareSharp: theirs },
    tables: [
      [
        ['', 'images/s: median (min–max)', 'CPU ms/image of the process'],
        ['landfall', showSpread(spreadOf(ours), 2), showSpread(spreadOf(ourCpu), 0)],
        ['bareSharp', showSpread(spreadOf(theirs), 2), showSpread(spreadOf(bareCpu), 0)],
        ['landfall against bareSharp', showSpread(ratio, 2), showSpread(ratioOf(ourCpu, bareCpu), 2)],
      ],
    ],
    notes: [
      `${batch.length} images of ${files.length} kinds, ${parallel} at a time, three WebP thumbnails each; store, api and Postgres share the cores`,
    ],
  };
}
