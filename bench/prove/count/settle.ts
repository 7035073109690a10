import { pause } from '#runtime';
import type { Client } from 'pg';
import type { Base } from '../parts/base.js';
import { countJobs } from './leftovers.js';

const limitMs = 600_000;
const pollMs = 1_000;

/**
 * Counts open work. Includes tickets with a follow-up due soon, since one of them may have an upload that is still
 * unknown.
 */
const openWork = `
  SELECT ((SELECT count(*) FROM uploads WHERE status IN ('stored', 'processing'))
        + (SELECT count(*) FROM rendition_versions WHERE status = 'pending')
        + (SELECT count(*) FROM outbox)
        + (SELECT count(*) FROM events WHERE position IS NULL)
        + (SELECT count(*) FROM deliveries WHERE state = 'pending')
        + (SELECT count(*) FROM tickets WHERE follow_up_at < now() + interval '3 minutes'))::int AS open`;

interface Settling {
  readonly stack: Pick<Base, 'queueUrl'>;
  readonly database: Client;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/**
 * Waits until there is no open work.
 * @returns false if there still is after ten minutes
 */
export async function settle({ stack, database, signal, say }: Settling): Promise<boolean> {
  const deadline = Date.now() + limitMs;
  for (let looks = 0; ; looks += 1) {
    signal.throwIfAborted();
    const { rows } = await database.query<{ open: number }>(openWork);
    const open = rows[0]?.open ?? 0;
    const jobs = open === 0 ? await countJobs(stack) : 0;
    if (open + jobs === 0) return true;
    if (Date.now() > deadline) return false;
    if (looks % 15 === 14) say(`waiting for ${open} rows and ${jobs} jobs`);
    await pause(pollMs, signal);
  }
}
