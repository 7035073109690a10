import { readdir } from 'node:fs/promises';
import { openQueueBackend } from '#jobs';
import { findMarkedProcesses } from '#local';
import { queueNames } from '#outbox';
import { Queue } from 'bullmq';
import type { Base } from '../parts/base.js';
import type { Part } from '../parts/part.js';
import type { ScratchDisk } from '../parts/scratch.js';

/** Number of jobs in the queues, in any state. `prefix` defaults to that of the workers. */
export async function countJobs({ queueUrl }: Pick<Base, 'queueUrl'>, prefix = 'landfall'): Promise<number> {
  const backend = openQueueBackend({ url: queueUrl, prefix, poolSize: 1 });
  try {
    let jobs = 0;
    for (const name of queueNames) {
      const queue = new Queue(name, { connection: backend.producer, prefix: backend.prefixOf(name) });
      try {
        await queue.waitUntilReady();
        const counts = await queue.getJobCounts();
        jobs += Object.values(counts).reduce((sum, count) => sum + count, 0);
      } finally {
        await queue.close();
      }
    }
    return jobs;
  } finally {
    await backend.close();
  }
}

/**
 * Processes started by our programs, other than the programs themselves. Programs that should have ended are
 * included.
 */
export async function findForeignProcesses({
  marker,
  parts,
}: Pick<Base, 'marker'> & { readonly parts: readonly Part[] }): Promise<number[]> {
  const known = new Set(parts.map(({ pid }) => pid));
  return (await findMarkedProcesses(marker)).filter((pid) => !known.has(pid));
}

/** The files in the scratch folders; each running worker has a folder of its own there. */
export async function findScratchFiles({
  scratch,
}: {
  readonly scratch: readonly Pick<ScratchDisk, 'folder'>[];
}): Promise<string[]> {
  const found: string[] = [];
  for (const { folder } of scratch) {
    for (const entry of await readdir(folder, { recursive: true })) found.push(`${folder}/${entry}`);
  }
  return found;
}
