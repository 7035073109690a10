import type { Landfall, JobFigures, Queues } from '#client';
import { printFields, printJson, printTable } from './print.js';

/** Prints the backlog: one line per queue and, below it, one per job with work. */
export async function showQueues(landfall: Landfall, { json }: { json: boolean }): Promise<number> {
  const found = await landfall.queues();
  if (json) printJson(found);
  else print(found);
  return 0;
}

function print({ queues, outbox, unplacedEvents, queueReachable, readAt }: Queues): void {
  const rows = [['QUEUE', 'WAITING', 'ACTIVE', 'DELAYED', 'FAILED', 'OLDEST', 'PER MINUTE', 'WORKERS']];
  for (const [name, { jobs, workers, pausedAt, ...all }] of Object.entries(queues)) {
    rows.push(rowOf(name, all, pausedAt === null ? String(workers) : `${workers} (paused)`));
    for (const [job, figures] of Object.entries(jobs))
      if (figures.backlog + figures.delayed + figures.failed > 0) rows.push(rowOf(`  ${job}`, figures, ''));
  }
  printTable(rows);
  console.log('');
  printFields({
    outbox: `${outbox.count}${ageOf(outbox.oldestSeconds)}`,
    'unplaced events': `${unplacedEvents.count}${ageOf(unplacedEvents.oldestSeconds)}`,
    'queue reachable':
      queueReachable === null ? 'unknown: no worker is running' : queueReachable ? 'yes' : 'no',
    readAt,
  });
}

function rowOf(name: string, figures: JobFigures, workers: string): string[] {
  const { waiting, active, delayed, failed, oldestWaitingSeconds: oldest, drainedPerMinute } = figures;
  const age = oldest === null ? '' : `${Math.round(oldest)} s`;
  return [name, ...[waiting, active, delayed, failed].map(String), age, String(drainedPerMinute), workers];
}

const ageOf = (seconds: number | null): string =>
  seconds === null ? '' : `, the oldest for ${Math.round(seconds)} s`;
