import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BenchmarkOptions } from '../harness/benchmark.js';
import { makePhonePhoto } from './photos.js';
import { type Program, startProgram } from '../harness/program.js';
import type { Report } from '../harness/report.js';
import { connectTo, openPostgres } from '../harness/services.js';
import { openStack } from '../harness/stack.js';
import { ratioOf, showSpread, spreadOf } from '../harness/spread.js';
import { checkRenditions, Uploader, waitForFirstRendition, waitUntilReady } from '../harness/upload-files.js';

/** The widths in the default pipelines file, in its order. */
const widths = [320, 640, 1280];
const timeoutMs = 60_000;
const everyMs = 5;

/**
 * The time from the response to the uploading client until a 12-megapixel photo has its first thumbnail, and until it
 * has all three, compared to sharp alone on the same file.
 */
export async function measureFirstThumbnail({ rounds, signal, say }: BenchmarkOptions): Promise<Report> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'landfall-bench-photo-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'photo.jpg');
  say('making a photo …');
  await makePhonePhoto(file);
  const postgres = stack.use(await openPostgres());
  const landfall = await openStack(stack, postgres);
  await landfall.startWorker();
  const { client: database } = stack.use(await connectTo(landfall.databaseUrl));
  const bareSharp = stack.use(await startProgram('bareSharp', 'bench/references/bare-sharp.js'));
  const uploader = new Uploader(landfall);

  const ours = { first: [] as number[], all: [] as number[] };
  const theirs = { first: [] as number[], all: [] as number[] };
  // Round 0 warms up both.
  for (let round = 0; round <= rounds; round += 1) {
    signal.throwIfAborted();
    const id = await uploader.upload(`photos/${round}.jpg`, file);
    const first = await waitForFirstRendition(database, id, { signal, timeoutMs, everyMs });
    const all = first + (await waitUntilReady(database, [id], { signal, timeoutMs, everyMs }));
    await checkRenditions(database, [id], widths.length);
    const bareFirst = await askSharp(bareSharp, [file], widths.slice(0, 1), folder);
    const bareAll = await askSharp(bareSharp, [file], widths, folder);
    if (round === 0) continue;
    ours.first.push(first);
    ours.all.push(all);
    theirs.first.push(bareFirst);
    theirs.all.push(bareAll);
    say(`round ${round} of ${rounds}: first ${Math.round(first)} ms, bareSharp ${Math.round(bareFirst)} ms`);
  }
  const later = spreadOf(ours.first.map((value, round) => value - (theirs.first[round] ?? Number.NaN)));
  const ratio = ratioOf(ours.all, theirs.all);
  const row = (name: string, values: readonly number[]) => [name, showSpread(spreadOf(values), 0)];
  return {
    name: 'images-first-thumbnail',
    ratios: { allReady: ratio },
    facts: { settings: { rounds }, landfallMs: ours, bareSharpMs: theirs, firstLaterMs: later },
    tables: [
      [
        ['', 'ms: median (min–max)'],
        row('landfall, first thumbnail', ours.first),
        row('bareSharp, that thumbnail', theirs.first),
        ['later by', showSpread(later, 0)],
        row('landfall, all three', ours.all),
        row('bareSharp, all three', theirs.all),
        ['landfall against bareSharp, all three', showSpread(ratio, 2)],
      ],
    ],
    notes: [
      `${rounds} photos of 4000 × 3000 pixels, one after the other, WebP thumbnails ${widths.join(', ')} wide`,
    ],
  };
}

async function askSharp(
  bareSharp: Program,
  files: readonly string[],
  wanted: readonly number[],
  folder: string,
): Promise<number> {
  const order = { files, widths: wanted, folder, parallel: 1 };
  return (await bareSharp.ask<{ elapsedMs: number }>(order, timeoutMs)).elapsedMs;
}
