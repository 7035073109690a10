/** The three thumbnails of a photo, made by sharp alone from a file on disk: nothing is fetched, stored or recorded. */
import { join } from 'node:path';
import sharp from 'sharp';

const widths = [320, 640, 1280];

interface Order {
  readonly file: string;
  readonly folder: string;
}

process.on('message', async ({ file, folder }: Order) => {
  const startedAt = performance.now();
  await Promise.all(
    widths.map((width) =>
      sharp(file)
        .autoOrient()
        .resize({ width, withoutEnlargement: true })
        .webp({ quality: 80 })
        .toFile(join(folder, `thumb-${width}.webp`)),
    ),
  );
  process.send?.({ elapsedMs: performance.now() - startedAt });
});
process.once('disconnect', () => process.exit(0));
process.send?.({ type: 'ready' });
