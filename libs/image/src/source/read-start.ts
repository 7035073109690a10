import { open } from 'node:fs/promises';
import { LandfallError } from '#runtime';
import type { ImageSource } from './image-source.js';

/**
 * Reads the first `length` bytes of an image, or fewer if it is shorter. Fails with internal.unexpected if the file
 * cannot be read.
 */
export async function readStart(source: ImageSource, length: number): Promise<Buffer> {
  if (typeof source !== 'string') return source.subarray(0, length);
  const file = await open(source).catch((thrown: unknown) => {
    throw new LandfallError('internal.unexpected', undefined, { cause: thrown });
  });
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
