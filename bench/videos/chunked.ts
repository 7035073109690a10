import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pause } from '#runtime';
import type { Client } from 'pg';
import type { BenchmarkOptions } from '../harness/benchmark.js';
import { makePhoneVideo } from './clips.js';
import type { Report } from '../harness/report.js';
import { connectTo, findFfmpeg, openPostgres } from '../harness/services.js';
import { simulateWorkers } from './simulate-workers.js';
import { openStack } from '../harness/stack.js';
import { ratioOf, showSpread, type Spread, spreadOf } from '../harness/spread.js';
import { Uploader, waitUntilReady } from '../harness/upload-files.js';

const seconds = 48;
const chunkSeconds = 12;
/** The number of chunks of a two-hour film with the default chunk length. */
const simulatedChunks = 24;
const workers = [2, 4, 8];
const timeoutMs = 1_800_000;
const everyMs = 50;
const pipelines = `
version: 1
pipelines:
  - name: videos
    match: { kind: video }
    renditions:
      - { name: stream, kind: hls, heights: [1080, 720, 480], segmentSeconds: 4 }
`;

interface ChunkRow {
  position: number;
  status: string;
  runs: number;
  isSound: boolean;
}

/** The durations of the parts of one chunked transcode, in milliseconds. */
interface ChunkTimes {
  /** Sequential time: until the first chunk begins, and from the last chunk until everything is published. */
  alone: number;
  pictures: number[];
  sound: number;
}

/**
 * One worker, with a video encoded whole and in chunks; and a simulation, from the chunk durations, of several
 * workers on separate machines for a long video.
 */
export async function measureChunks({ rounds, signal, say }: BenchmarkOptions): Promise<Report> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'landfall-bench-chunks-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  say(`making ${seconds} s of 1080p …`);
  const file = join(folder, 'phone.mp4');
  await makePhoneVideo(await findFfmpeg(), file, seconds);
  const postgres = stack.use(await openPostgres());
  const landfall = await openStack(stack, postgres, pipelines);
  const { client: database } = stack.use(await connectTo(landfall.databaseUrl));
  const uploader = new Uploader(landfall);

  const whole: number[] = [];
  const chunked: number[] = [];
  const times: ChunkTimes[] = [];
  const measureWhole = async (round: number) => {
    await using _worker = await landfall.startWorker();
    const id = await uploader.upload(`videos/whole-${round}.mp4`, file);
    whole.push(await waitUntilReady(database, [id], { signal, timeoutMs, everyMs }));
  };
  const measureChunked = async (round: number) => {
    await using _worker = await landfall.startWorker({ VIDEO_CHUNK_S: `${chunkSeconds}` });
    const id = await uploader.upload(`videos/chunked-${round}.mp4`, file);
    const watching = watchChunks(database, id, signal);
    chunked.push(await waitUntilReady(database, [id], { signal, timeoutMs, everyMs }));
    times.push(await watching);
  };
  for (let round = 1; round <= rounds; round += 1) {
    signal.throwIfAborted();
    const turns = [measureWhole, measureChunked];
    for (const measure of round % 2 === 1 ? turns : turns.toReversed()) await measure(round);
    say(
      `round ${round} of ${rounds}: whole ${Math.round(whole.at(-1) ?? 0)} ms, in chunks ${Math.round(chunked.at(-1) ?? 0)} ms`,
    );
  }
  const ratio = ratioOf(chunked, whole);
  const plans = workers.map((count) => ({ count, against: planAgainstShare(times, count) }));
  const inSeconds = (values: readonly number[]) =>
    showSpread(spreadOf(values.map((value) => value / 1_000)), 2);
  return {
    name: 'videos-chunked',
    ratios: {
      whole: ratio,
      ...Object.fromEntries(plans.map(({ count, against }) => [`workers${count}`, against])),
    },
    facts: { settings: { rounds, seconds, chunkSeconds, simulatedChunks }, whole, chunked, times },
    tables: [
      [
        ['one worker', 's: median (min–max)'],
        ['whole', inSeconds(whole)],
        [`in chunks of ${chunkSeconds} s`, inSeconds(chunked)],
        ['in chunks against whole', showSpread(ratio, 3)],
      ],
      [
        [`simulated, ${simulatedChunks} chunks`, 'time against that of one worker', 'against 1/N'],
        ...plans.map(({ count, against }) => [
          `${count} workers`,
          (against.median / count).toFixed(3),
          showSpread(against, 3),
        ]),
      ],
    ],
    notes: [
      `${seconds} s of 1080p to HLS in 1080, 720, 480 and sound; simulated: chunks that take the measured times in turn`,
    ],
  };
}

/** Records when each chunk becomes ready, until the upload is. */
async function watchChunks(database: Client, id: string, signal: AbortSignal): Promise<ChunkTimes> {
  const startedAt = performance.now();
  const readyAt = new Map<number, { atMs: number; isSound: boolean }>();
  let begunAt: number | undefined;
  for (;;) {
    const { rows } = await database.query<ChunkRow>(
      `SELECT position, status, runs, part->'pictures' = 'null' AS "isSound" FROM chunks WHERE upload_id = $1`,
      [id],
    );
    const now = performance.now() - startedAt;
    if (rows.some(({ runs }) => runs > 0)) begunAt ??= now;
    for (const { position, status, isSound } of rows)
      if (status === 'ready' && !readyAt.has(position)) readyAt.set(position, { atMs: now, isSound });
    const { rows: uploads } = await database.query<{ status: string }>(
      'SELECT status FROM uploads WHERE id = $1',
      [id],
    );
    if (uploads[0]?.status !== 'stored' && uploads[0]?.status !== 'processing') {
      if (begunAt === undefined || readyAt.size === 0) throw new Error('the video was not cut');
      // Chunks that are encoded concurrently share the machine, so the intervals between their completions are used.
      let last = begunAt;
      const times: ChunkTimes = { alone: 0, pictures: [], sound: 0 };
      for (const { atMs, isSound } of [...readyAt.values()].sort((one, other) => one.atMs - other.atMs)) {
        if (isSound) times.sound = atMs - last;
        else times.pictures.push(atMs - last);
        last = atMs;
      }
      return { ...times, alone: begunAt + now - last };
    }
    await pause(everyMs, signal);
  }
}

/** The simulated time with `count` workers, relative to an ideal speedup (one worker's time divided by `count`). */
function planAgainstShare(measured: readonly ChunkTimes[], count: number): Spread {
  return spreadOf(
    measured.map(({ alone, pictures, sound }) => {
      const long = Array.from(
        { length: simulatedChunks },
        (_, index) => pictures[index % pictures.length] ?? 0,
      );
      // The sound is a single chunk, whatever the length of the video.
      const chunks = [...long, (sound * simulatedChunks) / pictures.length];
      return (simulateWorkers(alone, chunks, count) * count) / simulateWorkers(alone, chunks, 1);
    }),
  );
}
