import { open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isLandfallError, settleAll } from '#runtime';
import { options } from '../ffmpeg/command-line.js';
import { type DecodedVideo, pictureFilters } from '../encoding/picture-filters.js';
import { runFfmpeg } from '../ffmpeg/run-ffmpeg.js';
import { framePixels, fromStart, seekTo } from './seek.js';
import type { StoryboardPlan } from './storyboard-plan.js';

const wholeTimeoutMs = 600_000;
const tileTimeoutMs = 60_000;
/** A seek mostly waits for the object store. */
const tilesAtOnce = 3;

/** Raw frames have no colour tags: these are the colours of JPEG and WebP. */
const bt601 = 'scale=out_color_matrix=bt601:out_range=tv';

/** A video that tiles are taken from. */
export interface TileSource extends DecodedVideo {
  readonly source: string;
  /** Raw pictures are written here. */
  readonly workDir: string;
}

/** Bytes of a tile in 4:2:0. */
function tileBytes({ width, height }: StoryboardPlan): number {
  return (width * height * 3) / 2;
}

/**
 * Yields the tiles of a storyboard in order, as raw pictures in 4:2:0. A tile that cannot be decoded repeats the one before it,
 * or shows the next one if there is none before.
 */
export async function* readTiles(
  from: TileSource,
  plan: StoryboardPlan,
): AsyncGenerator<Buffer, void, undefined> {
  let last: Buffer | null = null;
  let missing = 0;
  for await (const tile of plan.exact ? decodeWhole(from, plan) : seekEach(from, plan)) {
    last = tile ?? last;
    missing += 1;
    if (last === null) continue;
    for (; missing > 0; missing -= 1) yield last;
  }
}

/** Decodes the whole video in one run. */
async function* decodeWhole(from: TileSource, plan: StoryboardPlan) {
  // Each tile gets the frame nearest to the middle of its interval.
  const choose = `fps=fps=1000/${plan.intervalMs}:start_time=0`;
  const raw = join(from.workDir, 'tiles.yuv');
  await decode(from, plan, {
    choose,
    path: 'tiles.yuv',
    count: plan.count,
    timeoutMs: wholeTimeoutMs,
  });
  await using file = await open(raw);
  const found = Math.floor((await file.stat()).size / tileBytes(plan));
  for (let index = 0; index < found; index += 1) {
    const tile = Buffer.alloc(tileBytes(plan));
    await file.read(tile, 0, tile.length, index * tile.length);
    yield tile;
  }
  for (let index = found; index < (plan.openEnd ? 0 : plan.count); index += 1) yield null;
}

/** Seeks to the keyframe before the middle of each tile's interval. */
async function* seekEach(from: TileSource, plan: StoryboardPlan) {
  // A container without an index is read from its start for each seek, so the total time is limited.
  const untilMs = performance.now() + wholeTimeoutMs;
  for (let next = 0; next < plan.count; next += tilesAtOnce) {
    const indexes = Array.from(
      { length: Math.min(tilesAtOnce, plan.count - next) },
      (_, index) => next + index,
    );
    const isOver = performance.now() > untilMs;
    yield* await settleAll(indexes.map((index) => (isOver ? null : decodeOne(from, plan, index))));
  }
}

async function decodeOne(from: TileSource, plan: StoryboardPlan, index: number): Promise<Buffer | null> {
  const path = `${index}.yuv`;
  const seek = seekTo(((index + 0.5) * plan.intervalMs) / 1_000, false);
  try {
    await decode(from, plan, { seek, choose: fromStart, path, count: 1, timeoutMs: tileTimeoutMs });
    const tile = await readFile(join(from.workDir, path));
    return tile.length === tileBytes(plan) ? tile : null;
  } catch (thrown) {
    if (isLandfallError(thrown, 'media.damaged', 'media.encoder_failed')) return null;
    throw thrown;
  } finally {
    await rm(join(from.workDir, path), { force: true });
  }
}

interface Decoding {
  readonly seek?: string[];
  readonly choose: string;
  readonly path: string;
  readonly count: number;
  readonly timeoutMs: number;
}

async function decode(
  from: TileSource,
  plan: StoryboardPlan,
  { seek, choose, path, count, timeoutMs }: Decoding,
): Promise<void> {
  const { video } = from;
  await runFfmpeg(from.tools, {
    task: 'storyboard tiles',
    source: from.source,
    durationMs: null,
    maxPixels: framePixels(video),
    // A decoder with more threads would read as many frames ahead.
    ...(seek && { inputOptions: [...seek, ...options({ threads: 1 })] }),
    outputArgs: [
      ...options({
        map: `0:${video.streamIndex}`,
        vf: `${await pictureFilters(from, choose, plan, 'iec61966-2-1')},${bt601}`,
        'frames:v': count,
        f: 'rawvideo',
      }),
      path,
    ],
    outDir: from.workDir,
    timeoutMs,
    signal: from.signal,
  });
}
