import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BenchmarkOptions } from '../harness/benchmark.js';
import { makeLongVideo, makePhoneVideo } from './clips.js';
import { countBytesFrom } from './count-bytes.js';
import { makeBarePoster } from '../references/bare-ffmpeg.js';
import type { Report } from '../harness/report.js';
import { connectTo, findFfmpeg, openPostgres } from '../harness/services.js';
import { openStack } from '../harness/stack.js';
import { showSpread, spreadOf } from '../harness/spread.js';
import { Uploader, waitUntilReady } from '../harness/upload-files.js';

const largeBytes = 1_000_000_000;
const timeoutMs = 120_000;
const everyMs = 5;
const pipelines = `
version: 1
pipelines:
  - name: videos
    match: { kind: video }
    renditions:
      - { name: poster, kind: poster, width: 1280, format: webp, quality: 80 }
`;

/**
 * The time from the response to the uploading client until a video has its poster, compared to one bare ffmpeg
 * command on the local file; and the share of the video that was read for it.
 */
export async function measurePoster({ rounds, signal, say }: BenchmarkOptions): Promise<Report> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'landfall-bench-poster-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const ffmpeg = await findFfmpeg();
  say('making videos …');
  const short = join(folder, 'short.mp4');
  await makePhoneVideo(ffmpeg, short, 20);
  const files = { '20 s': short, '1 GB, index in front': '', '1 GB, index at the end': '' };
  for (const indexInFront of [true, false]) {
    const file = join(folder, `long-${indexInFront ? 'front' : 'end'}.mp4`);
    await makeLongVideo(ffmpeg, short, file, { sizeBytes: largeBytes, indexInFront });
    files[indexInFront ? '1 GB, index in front' : '1 GB, index at the end'] = file;
  }
  const postgres = stack.use(await openPostgres());
  const landfall = await openStack(stack, postgres, pipelines);
  const { client: database } = stack.use(await connectTo(landfall.databaseUrl));
  const uploader = new Uploader(landfall);
  let uploads = 0;
  const makePoster = async (file: string) => {
    signal.throwIfAborted();
    const id = await uploader.upload(`videos/${(uploads += 1)}.mp4`, file);
    return waitUntilReady(database, [id], { signal, timeoutMs, everyMs });
  };

  // Counted separately from the timing, because the proxy adds latency.
  const counter = stack.use(await countBytesFrom(Number(new URL(landfall.oss.endpoint).port)));
  const counted = await landfall.startWorker({ OSS_ENDPOINT: `http://localhost:${counter.port}` });
  const readShares: Record<string, number> = {};
  for (const [name, file] of Object.entries(files)) {
    counter.take();
    await makePoster(file);
    readShares[name] = counter.take() / (await stat(file)).size;
  }
  await counted[Symbol.asyncDispose]();

  await landfall.startWorker();
  // The first poster includes the worker's one-time costs.
  await makePoster(short);
  const measured = Object.keys(files).map((name) => ({ name, ours: [] as number[], theirs: [] as number[] }));
  for (let round = 1; round <= rounds; round += 1) {
    for (const [index, file] of Object.values(files).entries()) {
      const { name = '', ours = [], theirs = [] } = measured[index] ?? {};
      ours.push(await makePoster(file));
      theirs.push(await makeBarePoster(ffmpeg, file, folder));
      say(
        `round ${round} of ${rounds}, ${name}: ${Math.round(ours.at(-1) ?? 0)} ms, bareFfmpeg ${Math.round(theirs.at(-1) ?? 0)} ms`,
      );
    }
  }
  const rows = measured.map(({ name, ours, theirs }) => {
    const later = spreadOf(ours.map((value, round) => value - (theirs[round] ?? Number.NaN)));
    return { name, ours, theirs, later, readShare: readShares[name] ?? Number.NaN };
  });
  return {
    name: 'videos-poster',
    ratios: {},
    facts: { settings: { rounds }, videos: rows },
    tables: [
      [
        ['video', 'landfall ms: median (min–max)', 'bareFfmpeg ms', 'later by ms', 'read'],
        ...rows.map(({ name, ours, theirs, later, readShare }) => [
          name,
          showSpread(spreadOf(ours), 0),
          showSpread(spreadOf(theirs), 0),
          showSpread(later, 0),
          `${(readShare * 100).toFixed(2)} %`,
        ]),
      ],
    ],
    notes: ['one video at a time, 1080p at 30 frames/s and 20 Mbit/s; a WebP poster 1280 wide, not black'],
  };
}
