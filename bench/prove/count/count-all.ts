import OSS from 'ali-oss';
import { connectTo } from '../../harness/services.js';
import { type Base, bucket, renditionPrefix } from '../parts/base.js';
import type { Part } from '../parts/part.js';
import { gatherEvidence, listObjects, readAnswers, readReceived } from './evidence.js';
import { findAll, type Findings } from './findings.js';
import { type Latency, readLatencies } from './latencies.js';
import { countJobs, findForeignProcesses } from './leftovers.js';
import { runReconcile } from './run-reconcile.js';
import { settle } from './settle.js';
import { countTotals, type Totals } from './totals.js';

/** The results of a run, counted after everything has settled. */
export interface Counted {
  readonly totals: Totals;
  readonly findings: Findings;
  readonly latencies: readonly Latency[];
  readonly leftovers: string[];
  readonly isSettled: boolean;
}

/**
 * Waits until everything has settled, runs a final reconcile, and compares the evidence from OSS, clients and
 * receiver with our tables.
 */
export async function countAll(
  stack: Base & { readonly parts: readonly Part[] },
  { answersFile, receivedFile }: { answersFile: string; receivedFile: string },
  { signal, say }: { signal: AbortSignal; say: (line: string) => void },
): Promise<Counted> {
  await using database = await connectTo(stack.databaseUrl);
  const settling = { stack, database: database.client, signal, say };
  await settle(settling);
  await runReconcile(stack);
  const isSettled = await settle(settling);
  // Path style; the type declarations of ali-oss lack this option.
  const options = { ...stack.oss, bucket, sldEnable: true, authorizationV4: true };
  const client = new OSS(options);
  await endFaults(stack);
  await gatherEvidence(database.client, {
    stored: listObjects(client),
    answered: readAnswers(answersFile),
    received: readReceived(receivedFile),
  });
  const jobs = await countJobs(stack);
  const foreign = await findForeignProcesses(stack);
  return {
    isSettled,
    totals: await countTotals(database.client, renditionPrefix),
    findings: await findAll(database.client, renditionPrefix),
    latencies: await readLatencies(database.client),
    leftovers: [...(jobs > 0 ? [`${jobs} jobs`] : []), ...foreign.map((pid) => `process ${pid}`)],
  };
}

/** Ends the emulator's faults, so that they do not affect the listing of objects. */
async function endFaults({ oss }: Pick<Base, 'oss'>): Promise<void> {
  const answer = await fetch(`${oss.endpoint}/-/faults`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  });
  if (!answer.ok) throw new Error(`the faults cannot be ended: ${answer.status} ${await answer.text()}`);
}
