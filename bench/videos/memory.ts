import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BenchmarkOptions } from '../harness/benchmark.js';
import { makePhoneVideo, padVideo } from './clips.js';
import { readMemory } from '../harness/machine.js';
import type { Report } from '../harness/report.js';
import { connectTo, findFfmpeg, openPostgres } from '../harness/services.js';
import { openStack } from '../harness/stack.js';
import { Uploader, waitUntilReady } from '../harness/upload-files.js';

const timeoutMs = 600_000;
const everyMs = 100;
const sizesGb = [0.05, 4];
const pipelines = `
version: 1
pipelines:
  - name: videos
    match: { kind: video }
    renditions:
      - { name: poster, kind: poster }
      - { name: stream, kind: hls, heights: [480, 240] }
`;

/** The worker's own resident memory (without ffmpeg) while it makes streams from small and large files. */
export async function measureVideoMemory({ signal, say }: BenchmarkOptions): Promise<Report> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'landfall-bench-memory-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const ffmpeg = await findFfmpeg();
  const postgres = stack.use(await openPostgres());
  const landfall = await openStack(stack, postgres, pipelines);
  const { client: database } = stack.use(await connectTo(landfall.databaseUrl));
  const uploader = new Uploader(landfall);

  const peaksMb: number[] = [];
  for (const sizeGb of sizesGb) {
    const file = join(folder, `${sizeGb}.mp4`);
    await makePhoneVideo(ffmpeg, file, 4);
    await padVideo(file, sizeGb * 1e9);
    const id = await uploader.upload(`videos/${sizeGb}.mp4`, file);
    // A new worker for each file, since the peak covers its whole lifetime.
    const worker = await landfall.startWorker();
    await waitUntilReady(database, [id], { signal, timeoutMs, everyMs });
    peaksMb.push((await readMemory(worker.pid))?.peakMb ?? Number.NaN);
    await worker[Symbol.asyncDispose]();
    say(`${sizeGb} GB: ${peaksMb.at(-1)} MB`);
  }
  const [small = Number.NaN] = peaksMb;
  const last = (peaksMb.at(-1) ?? Number.NaN) / small;
  return {
    name: 'videos-memory',
    ratios: { largeAgainstSmall: { median: last, min: last, max: last } },
    facts: { sizesGb, peaksMb },
    tables: [
      [
        ['file, GB', 'worker resident MB at its peak'],
        ...sizesGb.map((size, index) => [`${size}`, `${peaksMb[index]}`]),
      ],
    ],
    notes: [
      '4 s of 1080p and an empty box up to the size: all of it is downloaded; a poster and HLS in 480, 240',
    ],
  };
}
