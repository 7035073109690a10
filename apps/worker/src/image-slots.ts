import type { Capacity } from '#runtime';

/** Node, its modules and the encoders' own memory, before the first image. */
const workerBytes = 320 * 1024 ** 2;

/**
 * What one image may take: a photo of 100 megapixels that lies on its side and is stored progressively, so that all of it has
 * to be in memory at once. Most take a tenth.
 */
const imageBytes = 384 * 1024 ** 2;

/** How many images a worker works on at once unless it is told: one for each core, as far as its memory reaches. */
export function imageSlots({ cores, memoryBytes }: Capacity): number {
  const fitting = Math.floor((memoryBytes - workerBytes) / imageBytes);
  return Math.max(1, Math.min(cores, fitting));
}
