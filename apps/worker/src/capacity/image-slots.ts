import { decoderThreadBytes } from '#image';
import type { Capacity } from '#runtime';

/** Memory of Node, its modules, the encoders and residue of earlier images; 199 MB were measured. */
const workerBytes = 224 * 1024 ** 2;

/** Peak memory of libvips: a rotated, progressive photo of 32 megapixels, which it must hold in memory as a whole. */
const photoBytes = 384 * 1024 ** 2;

/** Peak memory of one image, opened by a decoder, by libvips, or by one after the other. Most take a tenth. */
const imageBytes = Math.max(photoBytes, decoderThreadBytes);

/** Default number of images that a worker makes concurrently: one per core, as far as memory allows, at least one. */
export function imageSlots({ cores, memoryBytes }: Capacity): number {
  const fitting = Math.floor((memoryBytes - workerBytes) / imageBytes);
  return Math.max(1, Math.min(cores, fitting));
}

/** Memory limit in bytes of an image that is worked on alone; beyond it the worker would be OOM-killed. */
export function imageMemoryBytes({ memoryBytes }: Capacity): number {
  return memoryBytes - workerBytes;
}
