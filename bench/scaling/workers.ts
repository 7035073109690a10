import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { costs } from '#capacity';
import type { BenchmarkOptions } from '../harness/benchmark.js';
import { readCpuMs, readFamilyCpuMs } from '../harness/machine.js';
import type { Program } from '../harness/program.js';
import type { Report } from '../harness/report.js';
import { connectTo, openPostgres, openRedis } from '../harness/services.js';
import { ratioOf, showSpread, spreadOf } from '../harness/spread.js';
import { openStack } from '../harness/stack.js';
import { Uploader, waitForFirstRendition, waitUntilReady } from '../harness/upload-files.js';
import { photo } from '../images/photos.js';

const run = promisify(execFile);
const imagesEach = 60;
const timeoutMs = 240_000;
const everyMs = 50;
const counts = [1, 2] as const;

interface Measured {
  readonly perSecond: number;
  /** Processor time of all workers per image. */
  readonly cpuMs: number;
  readonly postgresMs: number;
}

/**
 * Throughput of queued images with one worker on its own core, and with two. With one worker, store and Postgres have
 * the other core; with two, they share both. Processor time therefore tells what the workers would reach on cores of
 * their own.
 */
export async function measureWorkers({ rounds, signal, say }: BenchmarkOptions): Promise<Report> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'landfall-bench-workers-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'photo.jpg');
  const pixels = await (await photo(2_400, 1_800)).png({ compressionLevel: 0 }).toBuffer();
  await sharp(pixels).jpeg({ quality: 85 }).toFile(file);
  const postgres = stack.use(await openPostgres());
  const landfall = await openStack(stack, postgres);
  const env = {
    QUEUE_URL: stack.use(await openRedis()).url,
    WORKER_QUEUES: 'thumbnail',
    WORKER_THUMBNAIL_CONCURRENCY: '2',
  };
  const { client: database } = stack.use(await connectTo(landfall.databaseUrl));
  const uploader = new Uploader(landfall);
  const measure = async (count: number, round: number): Promise<Measured> => {
    signal.throwIfAborted();
    const ids: string[] = [];
    for (let index = 0; index < imagesEach * count; index += 1)
      ids.push(await uploader.upload(`workers/${round}-${count}/${index}.jpg`, file));
    await using workers = new AsyncDisposableStack();
    const started: Program[] = [];
    for (let core = 0; core < count; core += 1) {
      const worker = workers.use(await landfall.startWorker(env));
      // Pins all its threads; threads started later inherit the affinity.
      await run('taskset', ['--all-tasks', '--cpu-list', '--pid', String(core), String(worker.pid)]);
      started.push(worker);
    }
    const [firstId = ''] = ids;
    await waitForFirstRendition(database, firstId, { signal, timeoutMs, everyMs });
    const spent = async () => {
      const times = await Promise.all(started.map(({ pid }) => readCpuMs(pid)));
      return {
        workers: times.reduce<number>((sum, one) => sum + (one ?? Number.NaN), 0),
        postgres: (await readFamilyCpuMs(postgres.pid)) ?? Number.NaN,
      };
    };
    const { rows } = await database.query<{ open: number }>(
      `SELECT count(*)::int AS open FROM uploads WHERE id = ANY($1::uuid[]) AND status <> 'ready'`,
      [ids],
    );
    const open = rows[0]?.open ?? Number.NaN;
    const before = await spent();
    const elapsedMs = await waitUntilReady(database, ids, { signal, timeoutMs, everyMs });
    const after = await spent();
    return {
      perSecond: (open / elapsedMs) * 1_000,
      cpuMs: (after.workers - before.workers) / open,
      postgresMs: (after.postgres - before.postgres) / open,
    };
  };
  const measured = { 1: [] as Measured[], 2: [] as Measured[] };
  // The first round warms up.
  for (let round = 0; round <= rounds; round += 1) {
    for (const count of round % 2 === 1 ? counts : counts.toReversed()) {
      const result = await measure(count, round);
      say(`${count}: ${result.perSecond.toFixed(2)} images/s, ${result.cpuMs.toFixed(0)} ms each`);
      if (round > 0) measured[count].push(result);
    }
  }
  const of = (count: 1 | 2, pick: (one: Measured) => number) => measured[count].map(pick);
  const rate = (one: Measured) => one.perSecond;
  const cpu = (one: Measured) => one.cpuMs;
  const database2 = (one: Measured) => one.postgresMs;
  const twice = ratioOf(
    of(2, rate),
    of(1, rate).map((one) => one * 2),
  );
  const byCpu = ratioOf(of(1, cpu), of(2, cpu));
  const row = (count: 1 | 2) => [
    `${count}`,
    showSpread(spreadOf(of(count, rate)), 2),
    showSpread(spreadOf(of(count, cpu)), 0),
    showSpread(spreadOf(of(count, database2)), 1),
  ];
  const perImage = spreadOf(of(1, cpu)).median;
  return {
    name: 'scaling-workers',
    ratios: { twice, byCpu },
    facts: { settings: { rounds, imagesEach }, measured },
    tables: [
      [
        ['workers', 'images/s: median (min–max)', 'CPU ms/image of workers', 'of Postgres'],
        row(1),
        row(2),
        ['2 against twice 1', showSpread(twice, 2), showSpread(byCpu, 2), ''],
      ],
    ],
    notes: [
      `${rounds} rounds of ${imagesEach} images for each worker, 4.3 megapixels; each worker has one core and two jobs at once`,
      'the second figure of the last row is by processor time: two workers against twice one if the store and Postgres were elsewhere',
      `Postgres is busy with one core at ${Math.floor(perImage / spreadOf(of(1, database2)).median)} such workers (${costs.imagePostgres.value} ms an image in the table of costs)`,
    ],
  };
}
