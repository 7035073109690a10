import { decoderThreadBytes } from '#image';
import type { Capacity } from '#runtime';

/** Node, its modules and the encoders' own memory, and what the images before have left: 199 MB were measured. */
const workerBytes = 224 * 1024 ** 2;

/** What libvips may take: a photo of 32 megapixels that lies on its side and is stored progressively, so that all of it is in memory at once. */
const photoBytes = 384 * 1024 ** 2;

/** What one image may take: it is opened by a decoder, or by libvips, or by one after the other. Most take a tenth. */
const imageBytes = Math.max(photoBytes, decoderThreadBytes);

/** How many images a worker works on at once unless it is told: one for each core, as far as its memory reaches. */
export function imageSlots({ cores, memoryBytes }: Capacity): number {
  const fitting = Math.floor((memoryBytes - workerBytes) / imageBytes);
  return Math.max(1, Math.min(cores, fitting));
}

/** What an image that is worked on alone may take: a larger one would have the worker killed. */
export function imageMemoryBytes({ memoryBytes }: Capacity): number {
  return memoryBytes - workerBytes;
}
