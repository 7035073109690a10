import { readFile, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { deflate } from 'node:zlib';
import { readPngChunks } from '../../decoders/containers/read-png.js';
import { chunk, pngHeader } from '../../decoders/containers/write-png.js';
import { toImageError } from '../../input/image-errors.js';
import { type ImageLimits } from '../../limits/image-limits.js';
import { readImageHeader } from '../../input/image-header.js';
import { moves, openAnimation, refuseFrames } from './animation.js';
import type { ImageSource } from '../../source/image-source.js';
import { renditionSize, type ShapeSpec } from '../plan/rendition-size.js';

/** All frames of an animation as an APNG, for the video encoder. */
export interface AnimationFile {
  readonly file: string;
  readonly width: number;
  readonly height: number;
  /** Display time of each frame. */
  readonly delaysMs: readonly number[];
}

/** Browsers show frames with a shorter delay for a tenth of a second. */
const shortestMs = 11;
const usualMs = 100;
const compress = promisify(deflate);

/**
 * Writes the frames of a GIF or animated WebP as an APNG, at most `width` pixels wide; an APNG is copied. Fails with
 * media.too_many_pixels, media.damaged or media.timed_out.
 * @returns null for a still picture, or if only the first frame can be read
 */
export async function writeAnimation(
  source: ImageSource,
  output: string,
  width: number,
  limits: ImageLimits,
): Promise<AnimationFile | null> {
  const header = await readImageHeader(source, limits);
  if (header.format === 'png') return copyApng(source, header, output, limits);
  const { pages = 1, delay = [] } = header.metadata;
  if (!moves(header.metadata)) return null;
  const shape: ShapeSpec = { width, fit: 'inside', format: 'webp' };
  const size = renditionSize(header, shape);
  const open = openAnimation(source, header, shape, limits);
  const { data, info } = await open()
    .resize(size.width, size.height, { fit: 'fill' })
    .toColourspace('srgb')
    .ensureAlpha()
    .timeout({ seconds: Math.ceil(limits.timeoutMs / 1_000) })
    .raw()
    .toBuffer({ resolveWithObject: true })
    .catch((thrown: unknown) => {
      throw toImageError(thrown, 'media.damaged');
    });
  const height = info.height / pages;
  const delaysMs = Array.from({ length: pages }, (_, page) => shownMs(delay[page] ?? 0));
  const frameBytes = info.width * height * 4;
  const frames = delaysMs.map((_, page) => data.subarray(page * frameBytes, (page + 1) * frameBytes));
  await writeFile(output, await apngOf(frames, { width: info.width, height }, delaysMs));
  return { file: output, width: info.width, height, delaysMs };
}

function shownMs(delayMs: number): number {
  return delayMs < shortestMs ? usualMs : delayMs;
}

/** Builds an APNG (W3C PNG, third edition, 4.9 and 11.3.6). */
async function apngOf(
  frames: readonly Buffer[],
  size: { width: number; height: number },
  delaysMs: readonly number[],
): Promise<Buffer> {
  const parts = [...pngHeader(size.width, size.height, 4), chunk('acTL', numbers(frames.length, 0))];
  let sequence = 0;
  for (const [index, pixels] of frames.entries()) {
    const control = Buffer.alloc(26);
    for (const [at, value] of [sequence++, size.width, size.height, 0, 0].entries())
      control.writeUInt32BE(value, 4 * at);
    control.writeUInt16BE(Math.min(65_535, delaysMs[index] ?? usualMs), 20);
    control.writeUInt16BE(1_000, 22);
    parts.push(chunk('fcTL', control));
    const data = (await compress(unfiltered(pixels, size.width * 4), { level: 1 })) as Buffer;
    parts.push(index === 0 ? chunk('IDAT', data) : chunk('fdAT', Buffer.concat([numbers(sequence++), data])));
  }
  return Buffer.concat([...parts, chunk('IEND', Buffer.alloc(0))]);
}

/** Each row starts with its filter type: none. */
function unfiltered(pixels: Buffer, rowBytes: number): Buffer {
  const rows = pixels.length / rowBytes;
  const filtered = Buffer.alloc(rows * (rowBytes + 1));
  for (let row = 0; row < rows; row += 1)
    pixels.copy(filtered, row * (rowBytes + 1) + 1, row * rowBytes, (row + 1) * rowBytes);
  return filtered;
}

function numbers(...values: number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [at, value] of values.entries()) bytes.writeUInt32BE(value, 4 * at);
  return bytes;
}

async function copyApng(
  source: ImageSource,
  { width, height }: { width: number; height: number },
  output: string,
  limits: ImageLimits,
): Promise<AnimationFile | null> {
  const bytes = typeof source === 'string' ? await readFile(source) : source;
  const delaysMs: number[] = [];
  for (const { type, data } of readPngChunks(bytes)) {
    if (type !== 'fcTL' || data.length < 26) continue;
    // A denominator of zero means 1/100 s.
    const [over, under] = [data.readUInt16BE(20), data.readUInt16BE(22) || 100];
    delaysMs.push(shownMs((1_000 * over) / under));
  }
  if (delaysMs.length < 2) return null;
  refuseFrames(delaysMs.length, { width, height }, limits);
  await writeFile(output, bytes);
  return { file: output, width, height, delaysMs };
}
