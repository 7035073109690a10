import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BenchmarkOptions } from '../harness/benchmark.js';
import { readMemory } from '../harness/machine.js';
import { makeMixedImages } from './photos.js';
import type { Report } from '../harness/report.js';
import { connectTo, openPostgres } from '../harness/services.js';
import { openStack } from '../harness/stack.js';
import { Uploader, waitUntilReady } from '../harness/upload-files.js';

const images = 5_000;
const perPass = 500;
const timeoutMs = 600_000;
/** Scale of most images: 5,000 at full size would take a quarter of an hour. */
const scale = 0.25;

/** The worker's resident memory over 5,000 mixed images. */
export async function measureImageMemory({ signal, say }: BenchmarkOptions): Promise<Report> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'landfall-bench-images-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  say('making images …');
  const small = await makeMixedImages(folder, scale);
  const largeFolder = await mkdtemp(join(folder, 'large-'));
  const large = await makeMixedImages(largeFolder, 1);
  const postgres = stack.use(await openPostgres());
  const landfall = await openStack(stack, postgres);
  const { client: database } = stack.use(await connectTo(landfall.databaseUrl));
  const worker = await landfall.startWorker();
  const uploader = new Uploader(landfall);

  const residentMb: number[] = [];
  for (let pass = 0; pass < images / perPass; pass += 1) {
    const ids: string[] = [];
    for (let index = 0; index < perPass; index += 1) {
      signal.throwIfAborted();
      // One in fifty at full size, since large pictures make memory grow.
      const mix = index % 50 === 0 ? large : small;
      const file = mix[(index / (mix === large ? 50 : 1)) % mix.length] ?? '';
      ids.push(
        await uploader.upload(`images/${pass}/${index}-${file.slice(file.lastIndexOf('/') + 1)}`, file),
      );
    }
    await waitUntilReady(database, ids, { signal, timeoutMs, everyMs: 100 });
    residentMb.push((await readMemory(worker.pid))?.residentMb ?? Number.NaN);
    say(`after ${(pass + 1) * perPass}: ${residentMb.at(-1)} MB`);
  }
  const peak = await readMemory(worker.pid);
  const [early = Number.NaN] = residentMb;
  const late = residentMb.at(-1) ?? Number.NaN;
  const ratio = {
    median: late / early,
    min: Math.min(...residentMb) / early,
    max: Math.max(...residentMb) / early,
  };
  return {
    name: 'images-memory',
    ratios: { lateAgainstEarly: ratio },
    facts: { residentMb, peakMb: peak?.peakMb },
    tables: [
      [
        ['images', 'worker resident MB'],
        ...residentMb.map((value, pass) => [`${((pass + 1) * perPass).toLocaleString('en')}`, `${value}`]),
        ['at its peak', `${peak?.peakMb}`],
        [`${images} against ${perPass}`, ratio.median.toFixed(2)],
      ],
    ],
    notes: [
      `${images} images of 8 kinds, one in fifty at full size (up to 12 megapixels), the others at a quarter of its sides`,
    ],
  };
}
