/**
 * Sharp alone: three thumbnails per file, from disk to disk, `parallel` images at a time. Nothing is fetched,
 * uploaded or recorded. It decodes once, at the largest size, and makes all three from that.
 */
import { basename, join } from 'node:path';
import sharp from 'sharp';

sharp.cache(false);
sharp.concurrency(1);

interface Order {
  readonly files: readonly string[];
  readonly widths: readonly number[];
  readonly folder: string;
  readonly parallel: number;
}

async function makeThumbnails(file: string, name: string, { widths, folder }: Order): Promise<void> {
  const { data, info } = await sharp(file)
    .autoOrient()
    .resize({ width: Math.max(...widths), withoutEnlargement: true })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  await Promise.all(
    widths.map((wanted) =>
      sharp(data, { raw: { width, height, channels } })
        .resize({ width: wanted, withoutEnlargement: true })
        .webp({ quality: 80, effort: 4 })
        .toFile(join(folder, `${name}-${wanted}.webp`)),
    ),
  );
}

process.on('message', async (order: Order) => {
  const startedAt = performance.now();
  const waiting = order.files.entries();
  const work = async () => {
    for (const [index, file] of waiting) await makeThumbnails(file, `${index}-${basename(file)}`, order);
  };
  await Promise.all(Array.from({ length: order.parallel }, work));
  process.send?.({ elapsedMs: performance.now() - startedAt });
});
process.once('disconnect', () => process.exit(0));
process.send?.({ type: 'ready' });
