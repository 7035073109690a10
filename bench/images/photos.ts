import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';

/** Soft shapes with some grain, about as hard to decode and encode as a photo. */
export async function photo(width: number, height: number): Promise<Sharp> {
  const noise = (columns: number, rows: number, sigma: number) =>
    sharp({
      create: {
        width: columns,
        height: rows,
        channels: 3,
        background: 'grey',
        noise: { type: 'gaussian', mean: 128, sigma },
      },
    })
      .png()
      .toBuffer();
  const shapes = await sharp(await noise(Math.ceil(width / 16), Math.ceil(height / 16), 60))
    .resize(width, height, { fit: 'fill', kernel: 'cubic' })
    .png({ compressionLevel: 0 })
    .toBuffer();
  const grain = await noise(width, height, 12);
  return sharp(shapes).composite([{ input: grain, blend: 'soft-light' }]);
}

/** A phone photo: a JPEG of 12 megapixels. */
export async function makePhonePhoto(file: string): Promise<void> {
  await (await photo(4_000, 3_000)).jpeg({ quality: 90 }).toFile(file);
}

/**
 * A typical mix of uploads: photos of several sizes, screenshots, graphics with alpha.
 * @returns the paths of the files
 */
export async function makeMixedImages(folder: string, scale: number): Promise<string[]> {
  const kinds: readonly [name: string, width: number, height: number, encode: (image: Sharp) => Sharp][] = [
    ['phone.jpg', 4_000, 3_000, (image) => image.jpeg({ quality: 90 })],
    ['portrait.jpg', 3_000, 4_000, (image) => image.jpeg({ quality: 85, mozjpeg: false })],
    ['progressive.jpg', 2_400, 1_600, (image) => image.jpeg({ quality: 80, progressive: true })],
    ['small.jpg', 1_200, 900, (image) => image.jpeg({ quality: 80 })],
    ['screenshot.png', 1_920, 1_080, (image) => image.png({ compressionLevel: 6 })],
    ['alpha.png', 1_000, 1_000, (image) => image.ensureAlpha(0.5).png({ compressionLevel: 6 })],
    ['shared.webp', 2_048, 1_536, (image) => image.webp({ quality: 80, effort: 2 })],
    ['sticker.gif', 480, 480, (image) => image.gif({ effort: 1 })],
  ];
  const files: string[] = [];
  for (const [name, width, height, encode] of kinds) {
    const file = join(folder, name);
    const image = await photo(Math.ceil(width * scale), Math.ceil(height * scale));
    // Sharp composites last in a pipeline, so the result is encoded by a second pipeline.
    await encode(sharp(await image.png({ compressionLevel: 0 }).toBuffer())).toFile(file);
    files.push(file);
  }
  return files;
}
