import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import type { BenchmarkOptions } from '../harness/benchmark.js';
import { readCpuMs, readFamilyCpuMs } from '../harness/machine.js';
import { connectTo, openPostgres } from '../harness/services.js';
import { openStack } from '../harness/stack.js';
import { Uploader, waitUntilReady } from '../harness/upload-files.js';
import { photo } from '../images/photos.js';
import type { MeasuredCosts } from './measured-costs.js';

const imagesEach = 10;
const timeoutMs = 240_000;
const everyMs = 100;

/** By key prefix: the renditions made in addition to the common one. */
const extras = {
  plain: '',
  webp: '- { name: b, kind: image, width: 1200 }\n      - { name: c, kind: image, width: 1100 }',
  jpeg: '- { name: b, kind: image, width: 1200, format: jpeg }',
  png: '- { name: b, kind: image, width: 1200, format: png }',
  avif: '- { name: b, kind: image, width: 1200, format: avif }',
} as const;
type Extra = keyof typeof extras;
const pipelines = `
version: 1
pipelines:
${Object.entries(extras)
  .map(
    ([name, more]) => `  - name: ${name}
    match: { kind: image, prefix: ${name}/ }
    renditions:
      - { name: a, kind: image, width: 1280 }
      ${more}`,
  )
  .join('\n')}
`;
/** Megapixels of a 4:3 rendition. */
const made = (width: number) => (width * width * 0.75) / 1e6;

/**
 * Costs of images in the worker and in Postgres: with sources of 3 and 12 megapixels, and with an extra rendition in
 * each format. The differences give the cost per megapixel of decoding and encoding.
 */
export async function measureImageCosts({ signal, say }: BenchmarkOptions): Promise<MeasuredCosts> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'landfall-bench-costs-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  say('making images …');
  const files = { small: join(folder, 'small.jpg'), large: join(folder, 'large.jpg') };
  for (const [file, width] of [
    [files.small, 2_000],
    [files.large, 4_000],
  ] as const) {
    const pixels = await (await photo(width, width * 0.75)).png({ compressionLevel: 0 }).toBuffer();
    await sharp(pixels).jpeg({ quality: 85 }).toFile(file);
  }
  const postgres = stack.use(await openPostgres());
  const landfall = await openStack(stack, postgres, pipelines);
  const { client: database } = stack.use(await connectTo(landfall.databaseUrl));
  const worker = await landfall.startWorker({ WORKER_QUEUES: 'thumbnail' });
  const uploader = new Uploader(landfall);
  const run = async (extra: Extra, file: string, count: number) => {
    const before = await readBoth();
    const ids: string[] = [];
    for (let index = 0; index < count; index += 1)
      ids.push(
        await uploader.upload(`${extra}/${count}-${file === files.large ? 'l' : 's'}${index}.jpg`, file),
      );
    await waitUntilReady(database, ids, { signal, timeoutMs, everyMs });
    const after = await readBoth();
    say(`${extra}: ${((after.worker - before.worker) / count).toFixed(0)} ms an image`);
    return {
      worker: (after.worker - before.worker) / count,
      postgres: (after.postgres - before.postgres) / count,
    };
  };
  const readBoth = async () => ({
    worker: (await readCpuMs(worker.pid)) ?? Number.NaN,
    postgres: (await readFamilyCpuMs(postgres.pid)) ?? Number.NaN,
  });
  await run('plain', files.large, 4);
  const small = await run('plain', files.small, imagesEach);
  const large = await run('plain', files.large, imagesEach);
  const beside = async (extra: Extra, megapixels: number) =>
    ((await run(extra, files.large, imagesEach)).worker - large.worker) / megapixels;
  const webpMegapixel = await beside('webp', made(1_200) + made(1_100));
  const imageMegapixel = (large.worker - small.worker) / (12 - 3);
  const { rows } = await database.query<{ bytes: number }>(
    `SELECT avg(size_bytes)::float8 AS bytes FROM renditions WHERE name = 'a'`,
  );
  return {
    imageMegapixel,
    imageBase: large.worker - 12 * imageMegapixel - made(1_280) * webpMegapixel,
    imagePostgres: large.postgres,
    webpMegapixel,
    jpegMegapixel: await beside('jpeg', made(1_200)),
    pngMegapixel: await beside('png', made(1_200)),
    avifMegapixel: await beside('avif', made(1_200)),
    jpegBytesMegapixel: (await stat(files.large)).size / 12,
    webpBytesMegapixel: (rows[0]?.bytes ?? Number.NaN) / made(1_280),
  };
}
