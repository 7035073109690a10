import { open } from 'node:fs/promises';
import sharp, { type Metadata, type Sharp } from 'sharp';
import { ImageFailure } from './image-failure.ts';
import type { ImageTask } from './image-task.ts';
import type { Size } from './target-size.ts';

/** OSS's limits for a source: pixels per side, and total pixels of all frames. */
const maxSide = 30_000;
const maxPixels = 250_000_000;

sharp.cache(false);
sharp.concurrency(1);
// No other decoder may process the bytes of an object.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: ['Jpeg', 'Png', 'Webp', 'Nsgif', 'Tiff'].map((name) => `VipsForeignLoad${name}`),
});

export interface OpenSource {
  readonly bytes: Buffer;
  readonly metadata: Metadata;
  /** Size of one frame. */
  readonly size: Size;
  readonly frameCount: number;
}

/**
 * Reads the header of an image.
 * @throws ImageFailure
 */
export async function openSource({ files }: ImageTask['source']): Promise<OpenSource> {
  const pieces = [];
  for (const { path, sizeBytes } of files) pieces.push(await readFirst(path, sizeBytes));
  const bytes = Buffer.concat(pieces);
  const metadata = await readMetadata(bytes);
  const { width, height: wholeHeight, pageHeight, pages = 1, format } = metadata;
  const height = pageHeight ?? wholeHeight;
  // The pages of a TIFF are not frames.
  const frameCount = format === 'gif' || format === 'webp' ? pages : 1;
  if (width > maxSide || height > maxSide) throw new ImageFailure('sourceIsTooWide');
  if (width * height * frameCount > maxPixels) throw new ImageFailure('sourceHasTooManyPixels');
  return { bytes, metadata, size: { width, height }, frameCount };
}

/** @throws ImageFailure sourceIsGone */
async function readFirst(path: string, sizeBytes: number): Promise<Buffer> {
  const file = await open(path).catch((cause: unknown) => {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT')
      throw new ImageFailure('sourceIsGone', { cause });
    throw cause;
  });
  try {
    const bytes = Buffer.alloc(sizeBytes);
    const { bytesRead } = await file.read(bytes, 0, sizeBytes, 0);
    return bytes.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

async function readMetadata(bytes: Buffer): Promise<Metadata> {
  try {
    // The caller checks the pixel limit, to tell it from damage.
    return await sharp(bytes, { limitInputPixels: false }).metadata();
  } catch (cause) {
    throw new ImageFailure('sourceIsDamaged', { cause });
  }
}

/** Decodes an image and fails if it is damaged, as OSS does. */
export function decode(bytes: Buffer, animated: boolean): Sharp {
  return sharp(bytes, { animated, failOn: 'error', limitInputPixels: maxPixels });
}
