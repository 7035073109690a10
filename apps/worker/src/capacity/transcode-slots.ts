import type { Capacity } from '#runtime';

const gibibyte = 1024 ** 3;

/** Node, its modules, and the images that are made beside. */
const workerBytes = gibibyte / 2;

/** What a ladder from 4K really uses; it uses more with more cores, of which few have that many and little memory. */
const transcodeBytes = 2 * gibibyte;

/** Encoders keep this many cores busy, and more of them less and less. */
const coresOfOne = 8;

/** Address space that ffmpeg takes for each byte it really uses: stacks and heaps of its threads. */
const addressShare = 2.5;
const addressBounds = { least: 2 * gibibyte, most: 8 * gibibyte };

/** What one of the transcodes at once may take. */
export interface TranscodeShare {
  readonly cores: number;
  readonly addressBytes: number;
}

/** How many transcodes a worker works on at once unless it is told: few, since each takes many cores. */
export function transcodeSlots({ cores, memoryBytes }: Capacity): number {
  const fitting = Math.floor((memoryBytes - workerBytes) / transcodeBytes);
  return Math.max(1, Math.min(Math.floor(cores / coresOfOne), fitting));
}

/** The share of each of so many transcodes; all together busy the cores once. */
export function shareOf({ cores, memoryBytes }: Capacity, slots: number): TranscodeShare {
  const addressBytes = Math.floor((addressShare * (memoryBytes - workerBytes)) / slots);
  return {
    cores: Math.max(1, Math.floor(cores / slots)),
    addressBytes: Math.min(addressBounds.most, Math.max(addressBounds.least, addressBytes)),
  };
}
