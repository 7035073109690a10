import { copyFile, appendFile, open, stat, writeFile } from 'node:fs/promises';
import sharp from 'sharp';
import { inputOptions, type ImageLimits } from '../image-header.js';
import type { ImageSource } from '../renditions/image-source.js';

const startOfScan = Buffer.from([0xff, 0xda]);
const endOfImage = Buffer.from([0xff, 0xd9]);
/** The last scan begins, or at least ends, in this much of a file's end; what follows the picture may be as long. */
const tailBytes = 65_536;

/**
 * Closes a JPEG that lacks the mark of its end (ITU-T T.81, B.2.1) and nothing else, as some cameras and cut uploads leave it: all
 * its pixels are there, and a decode that minds everything says so.
 * @param output where the closed file goes
 * @returns the file as it is when it has its end, or lacks more than that
 */
export async function closeJpeg<Source extends ImageSource>(
  source: Source,
  output: string,
  limits: ImageLimits,
): Promise<Source | string> {
  const tail = await readTail(source);
  if (tail.indexOf(endOfImage, Math.max(0, tail.lastIndexOf(startOfScan))) >= 0) return source;
  if (typeof source === 'string') await copyFile(source, output);
  else await writeFile(output, source);
  await appendFile(output, endOfImage);
  const strict = sharp(output, { ...inputOptions(limits), failOn: 'warning' });
  // One byte a pixel. Not `stats()`: beside other work it lets some damage pass.
  const decoded = strict.toColourspace('b-w').raw().toBuffer();
  return decoded.then(
    () => output,
    () => source,
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
