import type { Capacity } from '#runtime';

const gibibyte = 1024 ** 3;

/** Memory of Node, its modules, and images made at the same time. */
const workerBytes = gibibyte / 2;

/** Resident memory of a ladder from 4K. More cores need more, but machines with many cores rarely lack memory. */
const transcodeBytes = 2 * gibibyte;

/** Cores per transcode: encoders use this many well, with diminishing returns beyond. */
const coresOfOne = 8;

/** Address space that ffmpeg reserves per resident byte, for the stacks and heaps of its threads. */
const addressShare = 2.5;
const addressBounds = { least: 2 * gibibyte, most: 8 * gibibyte };

/** The share of one concurrent transcode. */
export interface TranscodeShare {
  readonly cores: number;
  readonly addressBytes: number;
}

/** Default number of concurrent transcodes: few, since each uses many cores. */
export function transcodeSlots({ cores, memoryBytes }: Capacity): number {
  const fitting = Math.floor((memoryBytes - workerBytes) / transcodeBytes);
  return Math.max(1, Math.min(Math.floor(cores / coresOfOne), fitting));
}

/** The share of each of `slots` transcodes; together they use every core once. */
export function shareOf({ cores, memoryBytes }: Capacity, slots: number): TranscodeShare {
  const addressBytes = Math.floor((addressShare * (memoryBytes - workerBytes)) / slots);
  return {
    cores: Math.max(1, Math.floor(cores / slots)),
    addressBytes: Math.min(addressBounds.most, Math.max(addressBounds.least, addressBytes)),
  };
}
