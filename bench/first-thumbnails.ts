import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pause } from '#runtime';
import OSS from 'ali-oss';
import type { Client } from 'pg';
import sharp from 'sharp';
import type { BenchmarkOptions } from './benchmark.js';
import { benchBucket } from './callback-requests.js';
import { type Program, startProgram } from './program.js';
import type { Report } from './report.js';
import { connectTo, openPostgres } from './services.js';
import { openStack } from './stack.js';
import { ratioOf, showSpread, spreadOf } from './spread.js';

const widths = [320, 640, 1280];
const readyTimeoutMs = 60_000;
/** Often enough to be exact, seldom enough to take no core away from what is measured. */
const lookIntervalMs = 5;
const callbackBody =
  'bucket=${bucket}&object=${object}&etag=${etag}&size=${size}&mimeType=${mimeType}' +
  '&imageInfo.height=${imageInfo.height}&imageInfo.width=${imageInfo.width}&imageInfo.format=${imageInfo.format}';

/**
 * From the answer to the uploading client until a 12-megapixel photo is `ready` with its three thumbnails, beside sharp
 * alone on the same file.
 */
export async function measureFirstThumbnails({ rounds, signal, say }: BenchmarkOptions): Promise<Report> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'landfall-bench-photo-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const photo = join(folder, 'photo.jpg');
  say('making a photo …');
  await makePhoto(photo);
  const postgres = stack.use(await openPostgres());
  const { databaseUrl, callbackUrl, oss } = await openStack(stack, postgres);
  const { client: database } = stack.use(await connectTo(databaseUrl));
  const bareSharp = stack.use(await startProgram('bareSharp', 'bench/references/bare-sharp.js'));
  // Path style; the client's types do not know it.
  const options = { ...oss, bucket: benchBucket, sldEnable: true, authorizationV4: true, timeout: 60_000 };
  const client = new OSS(options);

  const landfallMs: number[] = [];
  const bareSharpMs: number[] = [];
  // Round 0 warms both up.
  for (let round = 0; round <= rounds; round += 1) {
    signal.throwIfAborted();
    const id = await upload(client, `photos/${round}.jpg`, photo, callbackUrl);
    const ours = await waitUntilReady(database, id, signal);
    await checkRenditions(database, id);
    const theirs = await askSharp(bareSharp, photo, folder);
    if (round === 0) continue;
    landfallMs.push(ours);
    bareSharpMs.push(theirs);
    say(`round ${round} of ${rounds}: landfall ${Math.round(ours)} ms, bareSharp ${Math.round(theirs)} ms`);
  }
  const figures = { landfall: spreadOf(landfallMs), bareSharp: spreadOf(bareSharpMs) };
  const ratio = ratioOf(landfallMs, bareSharpMs);
  return {
    name: 'first-thumbnails',
    ratios: { bareSharp: ratio },
    facts: { settings: { rounds }, readyMs: figures },
    tables: [
      [
        ['', 'ms until ready: median (min–max)'],
        ...Object.entries(figures).map(([name, spread]) => [name, showSpread(spread, 0)]),
      ],
      [
        ['landfall against', 'time (lower is better)'],
        ['bareSharp', showSpread(ratio, 2)],
      ],
    ],
    notes: [`${rounds} photos of 4000 × 3000 pixels, one after the other, three WebP thumbnails each`],
  };
}

/** Soft shapes with some grain, like a photo: as hard to decode and to encode as one. */
async function makePhoto(file: string): Promise<void> {
  const noise = (width: number, height: number, sigma: number) =>
    sharp({
      create: {
        width,
        height,
        channels: 3,
        background: 'grey',
        noise: { type: 'gaussian', mean: 128, sigma },
      },
    })
      .png()
      .toBuffer();
  const shapes = await sharp(await noise(250, 188, 60))
    .resize(4_000, 3_000, { fit: 'fill', kernel: 'cubic' })
    .png({ compressionLevel: 0 })
    .toBuffer();
  const grain = await noise(4_000, 3_000, 12);
  await sharp(shapes)
    .composite([{ input: grain, blend: 'soft-light' }])
    .jpeg({ quality: 90 })
    .toFile(file);
}

/** Puts the photo as an app does; gives the id that our answer to the callback holds, as OSS handed it through. */
async function upload(client: OSS, key: string, file: string, url: string): Promise<string> {
  const { data } = await client.put(key, file, {
    callback: { url, body: callbackBody, contentType: 'application/x-www-form-urlencoded', customValue: {} },
  });
  const { id } = data as { id?: unknown };
  if (typeof id !== 'string') throw new Error(`the callback was answered with ${JSON.stringify(data)}`);
  return id;
}

/** Milliseconds until the upload is ready. @throws Error when it fails or takes over a minute */
async function waitUntilReady(database: Client, id: string, signal: AbortSignal): Promise<number> {
  const startedAt = performance.now();
  for (;;) {
    signal.throwIfAborted();
    const { rows } = await database.query<{ status: string; error_message: string | null }>({
      name: 'status',
      text: 'SELECT status, error_message FROM uploads WHERE id = $1',
      values: [id],
    });
    const elapsedMs = performance.now() - startedAt;
    const status = rows[0]?.status ?? 'missing';
    if (status === 'ready') return elapsedMs;
    if ((status !== 'stored' && status !== 'processing') || elapsedMs > readyTimeoutMs)
      throw new Error(`upload ${id} is ${status} after ${elapsedMs} ms: ${rows[0]?.error_message ?? ''}`);
    await pause(lookIntervalMs, signal);
  }
}

async function checkRenditions(database: Client, id: string): Promise<void> {
  const { rows } = await database.query<{ width: number }>(
    `SELECT width FROM renditions WHERE upload_id = $1 AND status = 'ready' AND size_bytes > 0 ORDER BY width`,
    [id],
  );
  const made = rows.map((row) => row.width).join(', ');
  if (made !== widths.join(', ')) throw new Error(`upload ${id} is ready with the widths ${made}`);
}

async function askSharp(bareSharp: Program, file: string, folder: string): Promise<number> {
  const { elapsedMs } = await bareSharp.ask<{ elapsedMs: number }>({ file, folder }, readyTimeoutMs);
  return elapsedMs;
}
