import { LandfallError } from '#runtime';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { ToldFacts } from './guest-task.js';
import type { ImageLimits } from './image-header.js';
import { findFormat, formatStartBytes, readFormats } from './input-formats.js';
import { runGuest } from './run-guest.js';

export interface OpenedImage {
  /** What the facts and the renditions are read from: the upload's own file, or one that was made from it. */
  file: string;
  /** The upload's own format, as the facts name it: jpeg, heic, svg, … */
  format: string;
  mimeType: string;
  /** What the upload says of itself where the file made from it says something else. */
  told: ToldFacts;
}

/**
 * Makes a file that libvips reads of one that it does not (HEIC, SVG, PDF, BMP, camera RAW), below `folder`; gives
 * back any other as it is. `limits.timeoutMs` bounds it.
 * Fails with media.unsupported, media.damaged, media.too_many_pixels, media.too_complex, media.timed_out or the
 * signal's reason.
 */
export async function openImageFile(
  file: string,
  folder: string,
  limits: ImageLimits,
  signal: AbortSignal,
): Promise<OpenedImage> {
  const format = findFormat(await readStart(file));
  if (!format) throw new LandfallError('media.unsupported', `send ${readFormats}`);
  const { name, mimeType } = format;
  if (!('guest' in format)) return { file, format: name, mimeType, told: {} };
  const output = join(folder, 'opened');
  const task = { guest: format.guest, file, output, maxPixels: limits.maxPixels };
  const told = await runGuest(task, limits, signal);
  return { file: output, format: name, mimeType, told };
}

async function readStart(path: string): Promise<Buffer> {
  const file = await open(path).catch((thrown: unknown) => {
    throw new LandfallError('internal.unexpected', undefined, { cause: thrown });
  });
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(formatStartBytes), 0, formatStartBytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
