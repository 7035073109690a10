import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from 'pg';
import sharp from 'sharp';
import type { BenchmarkOptions } from '../harness/benchmark.js';
import type { Report } from '../harness/report.js';
import { connectTo, findFfmpeg, openPostgres, openRedis } from '../harness/services.js';
import { ratioOf, showSpread, spreadOf } from '../harness/spread.js';
import { openStack } from '../harness/stack.js';
import { Uploader, waitUntilReady } from '../harness/upload-files.js';
import { photo } from '../images/photos.js';
import { makePhoneVideo } from '../videos/clips.js';
import { type Fleet, Scaler } from './scaler.js';

const whole = { images: 3_000, videos: 20 };
const videoSeconds = 6;
const uploadsAtOnce = 8;
const cooldownMs = 10_000;
const timeoutMs = 3_600_000;
const everyMs = 500;
const pipelines = `
version: 1
pipelines:
  - name: images
    match: { kind: image }
    renditions:
      - { name: thumb, kind: image, width: 320 }
      - { name: large, kind: image, width: 1280 }
  - name: videos
    match: { kind: video }
    renditions:
      - { name: poster, kind: poster, width: 640 }
      - { name: stream, kind: hls, heights: [480] }
`;
const fleets: readonly Fleet[] = [
  { queue: 'thumbnail', takes: 'thumbnail,delivery', perWorker: 50, max: availableParallelism() },
  { queue: 'transcode', takes: 'transcode', perWorker: 2, max: availableParallelism() },
];

/** The results of a flood of uploads. */
interface Flood {
  /** 95th percentile of the time from landing to ready, in seconds, for images and for videos. */
  imageP95S: number;
  videoP95S: number;
  workerMinutes: number;
}

/**
 * A flood of images and videos for autoscaled workers, starting from none, compared to the same flood for the maximum
 * number of workers, running throughout.
 */
export function measureScaling(backend: 'postgres' | 'redis') {
  return async ({ rounds, share, signal, say }: BenchmarkOptions): Promise<Report> => {
    await using stack = new AsyncDisposableStack();
    const folder = await mkdtemp(join(tmpdir(), 'landfall-bench-scaling-'));
    stack.defer(() => rm(folder, { recursive: true, force: true }));
    const images = Math.max(1, Math.round(whole.images * share));
    const videos = Math.max(1, Math.round(whole.videos * share));
    say('making an image and a video …');
    const files = { image: join(folder, 'photo.jpg'), video: join(folder, 'phone.mp4') };
    const pixels = await (await photo(1_600, 1_200)).png({ compressionLevel: 0 }).toBuffer();
    await sharp(pixels).jpeg({ quality: 85 }).toFile(files.image);
    await makePhoneVideo(await findFfmpeg(), files.video, videoSeconds);
    const postgres = stack.use(await openPostgres());
    const landfall = await openStack(stack, postgres, pipelines);
    const env: Record<string, string> =
      backend === 'redis' ? { QUEUE_URL: stack.use(await openRedis()).url } : {};
    const { client: database } = stack.use(await connectTo(landfall.databaseUrl));
    const uploader = new Uploader(landfall);

    const flood = async (name: string): Promise<string[]> => {
      // Videos are spread among the images.
      const every = Math.max(1, Math.floor(images / videos));
      const keys = Array.from({ length: images }, (_, index) => [
        { key: `${name}/${index}.jpg`, file: files.image },
        ...(index % every === 0 && index / every < videos
          ? [{ key: `${name}/${index}.mp4`, file: files.video }]
          : []),
      ]).flat();
      const ids: string[] = [];
      const uploadInTurn = async () => {
        for (let next = keys.pop(); next; next = keys.pop()) {
          signal.throwIfAborted();
          ids.push(await uploader.upload(next.key, next.file));
        }
      };
      await Promise.all(Array.from({ length: uploadsAtOnce }, uploadInTurn));
      return ids;
    };
    const scaled = async (round: number): Promise<Flood & { peak: number }> => {
      const scaler = new Scaler(landfall, fleets, env, cooldownMs);
      const flooding = flood(`scaled/${round}`);
      // Waits until the first upload has landed, so that there is work.
      await waitForWork(database, signal);
      const scaling = scaler.scaleToNone(signal);
      const ids = await flooding;
      await waitUntilReady(database, ids, { signal, timeoutMs, everyMs });
      await scaling;
      return {
        ...(await readLatency(database, ids)),
        workerMinutes: scaler.workerMinutes,
        peak: scaler.peak,
      };
    };
    const fixed = async (round: number): Promise<Flood> => {
      await using workers = new AsyncDisposableStack();
      for (const { takes, max } of fleets)
        for (let count = 0; count < max; count += 1)
          workers.use(await landfall.startWorker({ ...env, WORKER_QUEUES: takes }));
      const begin = performance.now();
      const ids = await flood(`fixed/${round}`);
      await waitUntilReady(database, ids, { signal, timeoutMs, everyMs });
      const count = fleets.reduce((sum, { max }) => sum + max, 0);
      const workerMinutes = ((performance.now() - begin + cooldownMs) / 60_000) * count;
      return { ...(await readLatency(database, ids)), workerMinutes };
    };

    const ours: (Flood & { peak: number })[] = [];
    const theirs: Flood[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      ours.push(await scaled(round));
      theirs.push(await fixed(round));
      const last = ours.at(-1);
      say(
        `round ${round} of ${rounds}: images within ${last?.imageP95S.toFixed(1)} s, videos within ${last?.videoP95S.toFixed(1)} s, ${last?.workerMinutes.toFixed(1)} worker-minutes, at most ${last?.peak} workers`,
      );
    }
    return reportOf(`scaling-${backend}`, { images, videos, rounds }, ours, theirs);
  };
}

function reportOf(
  name: string,
  settings: { images: number; videos: number; rounds: number },
  ours: readonly (Flood & { peak: number })[],
  theirs: readonly Flood[],
): Report {
  const fields = ['imageP95S', 'videoP95S', 'workerMinutes'] as const;
  const of = (floods: readonly Flood[], field: (typeof fields)[number]) => floods.map((one) => one[field]);
  const ratios = Object.fromEntries(
    fields.map((field) => [field, ratioOf(of(ours, field), of(theirs, field))]),
  );
  const row = (floods: readonly Flood[]) => fields.map((field) => showSpread(spreadOf(of(floods, field)), 1));
  return {
    name,
    ratios,
    facts: { settings: { ...settings, cooldownMs, fleets }, scaled: ours, fixed: theirs },
    tables: [
      [
        ['', 'images, p95 s', 'videos, p95 s', 'worker-minutes'],
        ['scaled from none', ...row(ours)],
        ['always there', ...row(theirs)],
        ['scaled against always there', ...Object.values(ratios).map((ratio) => showSpread(ratio, 2))],
      ],
    ],
    notes: [
      `${settings.images} images and ${settings.videos} videos of ${videoSeconds} s, ${uploadsAtOnce} uploads at once; at most ${fleets.map(({ max, queue }) => `${max} for ${queue}`).join(', ')}; cool-down ${cooldownMs / 1_000} s, counted for both`,
      'all share the cores of this machine: more workers make it no faster here, only the time without any counts',
    ],
  };
}

async function waitForWork(database: Client, signal: AbortSignal): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    const { rowCount } = await database.query('SELECT FROM outbox LIMIT 1');
    if (rowCount) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function readLatency(database: Client, ids: readonly string[]): Promise<Omit<Flood, 'workerMinutes'>> {
  const { rows } = await database.query<{ kind: string; p95: number }>(
    `SELECT kind, percentile_cont(0.95) WITHIN GROUP (ORDER BY extract(epoch FROM ready_at - created_at)::float8) AS p95
     FROM uploads WHERE id = ANY($1::uuid[]) GROUP BY kind`,
    [ids],
  );
  const of = (kind: string) => rows.find((row) => row.kind === kind)?.p95 ?? Number.NaN;
  return { imageP95S: of('image'), videoP95S: of('video') };
}
