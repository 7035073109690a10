import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BenchmarkOptions } from '../harness/benchmark.js';
import { clipRate, makePhoneVideo } from './clips.js';
import { makeBareLadder, rungs, segmentSeconds } from '../references/bare-ffmpeg.js';
import type { Client } from 'pg';
import type { Report } from '../harness/report.js';
import { connectTo, findFfmpeg, openPostgres } from '../harness/services.js';
import { openStack } from '../harness/stack.js';
import { ratioOf, showSpread, spreadOf } from '../harness/spread.js';
import { Uploader, waitUntilReady } from '../harness/upload-files.js';

const seconds = 20;
const timeoutMs = 600_000;
/** Polling more often would take a core from the encoder. */
const everyMs = 100;
const heights = rungs.map(({ height }) => height).join(', ');
const pipelines = `
version: 1
pipelines:
  - name: videos
    match: { kind: video }
    renditions:
      - { name: stream, kind: hls, heights: [${heights}], segmentSeconds: ${segmentSeconds} }
`;

/**
 * The time from the response to the uploading client until a ladder of three rungs is published, compared to one bare
 * ffmpeg command with the same settings on the local file.
 */
export async function measureLadder({ rounds, signal, say }: BenchmarkOptions): Promise<Report> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'landfall-bench-ladder-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const ffmpeg = await findFfmpeg();
  say(`making ${seconds} s of 1080p …`);
  const file = join(folder, 'phone.mp4');
  await makePhoneVideo(ffmpeg, file, seconds);
  const postgres = stack.use(await openPostgres());
  const landfall = await openStack(stack, postgres, pipelines);
  await landfall.startWorker();
  const { client: database } = stack.use(await connectTo(landfall.databaseUrl));
  const uploader = new Uploader(landfall);

  const ours: number[] = [];
  const theirs: number[] = [];
  let ourBytes = 0;
  let bareBytes = 0;
  const measureOurs = async (round: number) => {
    const id = await uploader.upload(`videos/${round}.mp4`, file);
    ours.push(await waitUntilReady(database, [id], { signal, timeoutMs, everyMs }));
    ourBytes = await readSize(database, id);
  };
  const measureTheirs = async (round: number) => {
    const outDir = await mkdtemp(join(folder, `bare-${round}-`));
    theirs.push(await makeBareLadder(ffmpeg, file, outDir, clipRate));
    bareBytes = await sizeOf(outDir);
    await rm(outDir, { recursive: true });
  };
  for (let round = 1; round <= rounds; round += 1) {
    signal.throwIfAborted();
    const turns = [measureOurs, measureTheirs];
    for (const measure of round % 2 === 1 ? turns : turns.toReversed()) await measure(round);
    say(
      `round ${round} of ${rounds}: ${Math.round(ours.at(-1) ?? 0)} ms, bareFfmpeg ${Math.round(theirs.at(-1) ?? 0)} ms`,
    );
  }
  const ratio = ratioOf(ours, theirs);
  const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);
  const row = (name: string, values: readonly number[], bytes: number) => [
    name,
    showSpread(spreadOf(values.map((value) => value / 1_000)), 2),
    megabytes(bytes),
  ];
  return {
    name: 'videos-ladder',
    ratios: { bareFfmpeg: ratio },
    facts: { settings: { rounds, seconds }, landfallMs: ours, bareFfmpegMs: theirs, ourBytes, bareBytes },
    tables: [
      [
        ['', 's: median (min–max)', 'MB written'],
        row('landfall', ours, ourBytes),
        row('bareFfmpeg', theirs, bareBytes),
        ['landfall against bareFfmpeg', showSpread(ratio, 3), (ourBytes / bareBytes).toFixed(3)],
      ],
    ],
    notes: [
      `${seconds} s of 1080p at ${clipRate} frames/s to HLS in ${heights} and sound; the store, the api and Postgres share the cores`,
    ],
  };
}

async function readSize(database: Client, id: string): Promise<number> {
  const { rows } = await database.query<{ bytes: string }>(
    'SELECT sum(size_bytes) AS bytes FROM renditions WHERE upload_id = $1',
    [id],
  );
  return Number(rows[0]?.bytes);
}

async function sizeOf(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true });
  const found = await Promise.all(names.map((name) => stat(join(folder, name))));
  return found.filter((one) => one.isFile()).reduce((sum, one) => sum + one.size, 0);
}
