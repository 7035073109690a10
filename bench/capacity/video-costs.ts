import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BenchmarkOptions } from '../harness/benchmark.js';
import { readChildrenCpuMs, readCpuMs } from '../harness/machine.js';
import { connectTo, findFfmpeg, openPostgres } from '../harness/services.js';
import { openStack } from '../harness/stack.js';
import { Uploader, waitUntilReady } from '../harness/upload-files.js';
import { makePhoneVideo } from '../videos/clips.js';
import type { MeasuredCosts } from './measured-costs.js';

const seconds = 8;
const timeoutMs = 240_000;
const everyMs = 100;
const pipelines = `
version: 1
pipelines:
  - name: small
    match: { kind: video, prefix: small/ }
    renditions: [{ name: stream, kind: hls, heights: [480] }]
  - name: large
    match: { kind: video, prefix: large/ }
    renditions: [{ name: stream, kind: hls, heights: [1080] }]
  - name: still
    match: { kind: video, prefix: still/ }
    renditions: [{ name: poster, kind: poster, width: 1280 }]
`;
/** Megapixels of a 16:9 frame. */
const frame = (height: number) => (height * height * (16 / 9)) / 1e6;

/**
 * Costs of a worker and its encoders for a 1080p clip with one small and one large rung; the difference gives the
 * cost per megapixel.
 */
export async function measureVideoCosts({ signal, say }: BenchmarkOptions): Promise<MeasuredCosts> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'landfall-bench-costs-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  say(`making ${seconds} s of 1080p …`);
  const file = join(folder, 'phone.mp4');
  await makePhoneVideo(await findFfmpeg(), file, seconds);
  const postgres = stack.use(await openPostgres());
  const landfall = await openStack(stack, postgres, pipelines);
  const { client: database } = stack.use(await connectTo(landfall.databaseUrl));
  const worker = await landfall.startWorker({ WORKER_QUEUES: 'thumbnail,transcode' });
  const uploader = new Uploader(landfall);
  const read = async () => {
    const own = (await readCpuMs(worker.pid)) ?? Number.NaN;
    return own + ((await readChildrenCpuMs(`${worker.pid}`)) ?? Number.NaN);
  };
  const run = async (prefix: string, round: number) => {
    const before = await read();
    const id = await uploader.upload(`${prefix}/${round}.mp4`, file);
    await waitUntilReady(database, [id], { signal, timeoutMs, everyMs });
    return ((await read()) - before) / 1_000;
  };
  await run('still', 0);
  const still = await run('still', 1);
  const [small, large] = [await run('small', 1), await run('large', 1)];
  const perMinute = 60 / seconds;
  const videoRungMegapixel = ((large - small) / (frame(1_080) - frame(480))) * perMinute;
  const { rows } = await database.query<{ bytes: number }>(
    `SELECT sum(size_bytes)::float8 AS bytes FROM renditions WHERE kind = 'hls'`,
  );
  return {
    videoRungMegapixel,
    videoBase: small * perMinute - videoRungMegapixel * frame(480),
    stillVideo: still,
    rungMegabits: ((rows[0]?.bytes ?? Number.NaN) * 8) / 1e6 / seconds / (frame(1_080) + frame(480)),
  };
}
