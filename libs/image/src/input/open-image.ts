import { LandfallError, type WarningCode } from '#runtime';
import { copyFile, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mendTail } from './repair/mend-tail.js';
import type { ReportedFacts } from '../decoders/sandbox/decoder-task.js';
import { type ImageLimits, maxPixelsOf } from '../limits/image-limits.js';
import type { ImageSource } from '../source/image-source.js';
import { findFormat, formatStartBytes, readFormats } from './input-formats.js';
import { readStart } from '../source/read-start.js';
import { runDecoder } from '../decoders/sandbox/run-decoder.js';

export interface OpenedImage<Source extends ImageSource = ImageSource> {
  /**
   * The file from which facts and renditions are read: the upload itself, or a file converted from
   * it.
   */
  file: Source | string;
  /** The upload's own format, as the facts name it: jpeg, heic, svg, … */
  format: string;
  mimeType: string;
  /** Facts of the upload that differ in the converted file. */
  reported: ReportedFacts;
  /** What of the picture is not as it should be, although it is shown. */
  warnings: readonly WarningCode[];
}

/**
 * Converts a file that libvips does not read (HEIC, JPEG XL, JPEG 2000, SVG, PDF, BMP, ICO, TGA,
 * Photoshop, camera RAW), below `folder`; gives back any other as it is. `limits.timeoutMs` bounds
 * it. Fails with media.unsupported, media.damaged, media.too_many_pixels, media.too_complex,
 * media.timed_out or the signal's reason.
 */
export async function openImageFile<Source extends ImageSource>(
  file: Source,
  folder: string,
  limits: ImageLimits,
  signal: AbortSignal,
): Promise<OpenedImage<Source>> {
  const start = await readStart(file, formatStartBytes);
  const format = findFormat(start);
  if (!format) throw new LandfallError('media.unsupported', `send ${readFormats}`);
  const { name, mimeType } = format;
  const output = join(folder, 'opened');
  if (!('decoder' in format)) {
    const still = isSequence(start) ? await asStill(file, output) : file;
    return { ...(await mendTail(still, name, output, limits)), format: name, mimeType, reported: {} };
  }
  const path = await asFile(file, folder);
  const task = { decoder: format.decoder, file: path, output, maxPixels: maxPixelsOf(limits, 'decoder') };
  const { reported, warnings } = await runDecoder(task, limits, signal);
  return { file: output, format: name, mimeType, reported, warnings };
}

/** An AVIF image sequence by its brand (AV1 Image File Format, section 6.3), of which libvips reads nothing. */
function isSequence(start: Buffer): boolean {
  return start.toString('latin1', 4, 12) === 'ftypavis';
}

/** The same file by the brand of a still, which it is too: its primary item is the first frame. */
async function asStill(source: ImageSource, output: string): Promise<string> {
  if (typeof source === 'string') await copyFile(source, output);
  else await writeFile(output, source);
  const file = await open(output, 'r+');
  try {
    await file.write('avif', 8, 'latin1');
  } finally {
    await file.close();
  }
  return output;
}

/** A decoder's thread reads a file. */
async function asFile(source: ImageSource, folder: string): Promise<string> {
  if (typeof source === 'string') return source;
  const path = join(folder, 'original');
  await writeFile(path, source);
  return path;
}
