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
  /** The file to read facts and renditions from: the upload itself, or a file converted from it. */
  file: Source | string;
  /** The format of the upload itself, as named in the facts: jpeg, heic, svg, … */
  format: string;
  mimeType: string;
  /** Facts of the upload that differ in the converted file. */
  reported: ReportedFacts;
  /** Defects of the picture that do not keep it from being shown. */
  warnings: readonly WarningCode[];
}

/**
 * Opens an image: repairs truncated JPEG and PNG files, rebrands AVIF sequences as stills, and converts formats that
 * libvips does not read (HEIC, JPEG XL, JPEG 2000, SVG, PDF, BMP, ICO, TGA, Photoshop, camera RAW); new files go into
 * `folder`. Any other file is returned unchanged. `limits.timeoutMs` bounds each step. Fails with media.unsupported,
 * media.damaged, media.too_many_pixels, media.too_complex, media.timed_out or the signal's reason.
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

/** Whether a file has the brand of an AVIF image sequence (AV1 Image File Format, section 6.3), which libvips does not read. */
function isSequence(start: Buffer): boolean {
  return start.toString('latin1', 4, 12) === 'ftypavis';
}

/** Copies the file with the brand of a still image, which is valid as well: its primary item is the first frame. */
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

/** Writes bytes to a file, because decoder threads read files. */
async function asFile(source: ImageSource, folder: string): Promise<string> {
  if (typeof source === 'string') return source;
  const path = join(folder, 'original');
  await writeFile(path, source);
  return path;
}
