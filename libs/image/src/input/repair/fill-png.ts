import { readFile, writeFile } from 'node:fs/promises';
import sharp from 'sharp';
import { type ImageLimits } from '../../limits/image-limits.js';
import { readPngChunks } from '../../decoders/containers/read-png.js';
import { inputOptions } from '../image-header.js';
import { readStart } from '../../source/read-start.js';
import type { ImageSource } from '../../source/image-source.js';

/** Length and type of the last chunk (W3C PNG, third edition, 11.2.5), without its checksum. */
export const pngEnd = Buffer.from('\0\0\0\0IEND', 'latin1');

/** Chunks that define colours without a profile; libvips does not copy them. */
const colourChunks: ReadonlySet<string> = new Set(['gAMA', 'cHRM', 'sRGB', 'cICP']);
/** The colour chunks precede the pixels. */
const startBytes = 65_536;
/** Signature and IHDR. */
const headBytes = 33;

/** Rewrites a truncated PNG with black or transparent pixels for the missing part. */
export async function fillPng(source: ImageSource, output: string, limits: ImageLimits): Promise<void> {
  const options = { ...inputOptions(limits), failOn: 'none' as const };
  const image = sharp(source, options).keepMetadata();
  const { depth, channels } = await image.metadata();
  // sharp writes 8 bits by default.
  if (depth === 'ushort') image.toColourspace(channels < 3 ? 'grey16' : 'rgb16');
  await image.png({ compressionLevel: 1 }).toFile(output);
  const chunks = readColourChunks(await readStart(source, startBytes));
  if (chunks.length === 0) return;
  const filled = await readFile(output);
  await writeFile(
    output,
    Buffer.concat([filled.subarray(0, headBytes), ...chunks, filled.subarray(headBytes)]),
  );
}

function readColourChunks(start: Buffer): Buffer[] {
  const chunks: Buffer[] = [];
  for (const { type, whole } of readPngChunks(start)) {
    if (colourChunks.has(type)) chunks.push(whole);
    if (type === 'IDAT') break;
  }
  return chunks;
}
