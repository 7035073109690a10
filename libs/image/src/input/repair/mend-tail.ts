import { LandfallError, type WarningCode } from '#runtime';
import { appendFile, copyFile, open, readFile, stat, writeFile } from 'node:fs/promises';
import sharp, { type Region, type SharpOptions } from 'sharp';
import { type ImageLimits } from '../../limits/image-limits.js';
import { inputOptions } from '../image-header.js';
import type { ImageSource } from '../../source/image-source.js';
import { showsDetail } from './jpeg-scans.js';
import { fillPng, pngEnd } from './fill-png.js';

export interface Mended<Source extends ImageSource> {
  readonly file: Source | string;
  readonly warnings: readonly WarningCode[];
}

/** Share of the rows, from the top, that must be present; a progressive JPEG needs some detail in every colour instead. */
const shareNeeded = 0.8;

const startOfScan = Buffer.from([0xff, 0xda]);
const endOfImage = Buffer.from([0xff, 0xd9]);
/** Length of the tail searched for the end marker: the last scan starts or ends within it, even with trailing data. */
const tailBytes = 65_536;

/**
 * Repairs a truncated JPEG or PNG, as left by some cameras and aborted uploads. A file that lacks only its end marker
 * is complete; one with most of its picture is shown without the rest, with a warning.
 * @param format files of other formats are returned unchanged
 * @param output path of the repaired file
 * @returns the unchanged file if it has its end marker or too much is missing
 */
export async function mendTail<Source extends ImageSource>(
  source: Source,
  format: string,
  output: string,
  limits: ImageLimits,
): Promise<Mended<Source>> {
  const asItIs = { file: source, warnings: [] };
  if (format === 'png') return (await lacksPngEnd(source)) ? mendPng(source, output, limits) : asItIs;
  return format === 'jpeg' && (await lacksJpegEnd(source)) ? mendJpeg(source, output, limits) : asItIs;
}

/** ITU-T T.81, B.2.1. */
async function lacksJpegEnd(source: ImageSource): Promise<boolean> {
  const tail = await readTail(source);
  return tail.indexOf(endOfImage, Math.max(0, tail.lastIndexOf(startOfScan))) < 0;
}

async function lacksPngEnd(source: ImageSource): Promise<boolean> {
  return !(await readTail(source)).includes(pngEnd);
}

async function mendJpeg<Source extends ImageSource>(
  source: Source,
  output: string,
  limits: ImageLimits,
): Promise<Mended<Source>> {
  if (typeof source === 'string') await copyFile(source, output);
  else await writeFile(output, source);
  await appendFile(output, endOfImage);
  if (await decodes(output, limits, 'warning')) return { file: output, warnings: [] };
  const detail = showsDetail(typeof source === 'string' ? await readFile(source) : source);
  const isShown = detail ?? (await showsRows(source, limits));
  return isShown ? { file: output, warnings: ['media.truncated'] } : { file: source, warnings: [] };
}

async function mendPng<Source extends ImageSource>(
  source: Source,
  output: string,
  limits: ImageLimits,
): Promise<Mended<Source>> {
  if ((await decodes(source, limits, 'error')) || !(await showsRows(source, limits)))
    return { file: source, warnings: [] };
  await fillPng(source, output, limits);
  return { file: output, warnings: ['media.truncated'] };
}

/** Whether the decoder reaches the last row needed without an error. */
async function showsRows(source: ImageSource, limits: ImageLimits): Promise<boolean> {
  try {
    const { width, height } = await sharp(source, inputOptions(limits)).metadata();
    const rows = Math.ceil(height * shareNeeded);
    return await decodes(source, limits, 'error', { left: 0, top: 0, width, height: rows });
  } catch {
    return false;
  }
}

/** Decodes to pixels instead of calling `stats()`, which misses some damage when other work runs in parallel. */
async function decodes(
  source: ImageSource,
  limits: ImageLimits,
  failOn: SharpOptions['failOn'],
  part?: Region,
): Promise<boolean> {
  const image = sharp(source, { ...inputOptions(limits), failOn, sequentialRead: true });
  // One byte per pixel.
  const bytes = (part ? image.extract(part) : image).toColourspace('b-w').raw();
  const decoded = bytes.timeout({ seconds: Math.ceil(limits.timeoutMs / 1_000) }).toBuffer();
  return decoded.then(
    () => true,
    (thrown: Error) => {
      if (thrown.message.startsWith('timeout: ')) throw new LandfallError('media.timed_out', thrown.message);
      return false;
    },
  );
}

async function readTail(source: ImageSource): Promise<Buffer> {
  if (typeof source !== 'string') return source.subarray(-tailBytes);
  const { size } = await stat(source);
  const length = Math.min(size, tailBytes);
  const file = await open(source);
  try {
    return (await file.read(Buffer.alloc(length), 0, length, size - length)).buffer;
  } finally {
    await file.close();
  }
}
