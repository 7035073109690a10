import type { DataSource, EntityManager } from '#database';
import type { TakenName } from '../taken-names.js';

/**
 * Pauses a queue for all workers. Each learns of it with its next report, within five seconds, or at its start; running jobs
 * continue. Idempotent.
 * @returns when the pause began
 */
export async function pauseQueue(source: DataSource, queue: TakenName): Promise<Date> {
  const [row] = (await source.query(
    `INSERT INTO paused_queues AS p (queue, paused_at) VALUES ($1, now())
     ON CONFLICT (queue) DO UPDATE SET paused_at = p.paused_at RETURNING paused_at AS "pausedAt"`,
    [queue],
  )) as [{ pausedAt: Date }];
  return row.pausedAt;
}

/** Resumes a queue for all workers, which learn of it with their next report. */
export async function resumeQueue(source: DataSource, queue: TakenName): Promise<void> {
  await source.query('DELETE FROM paused_queues WHERE queue = $1', [queue]);
}

/** The paused queues, with the time at which each was paused. */
export async function readPauses(source: DataSource | EntityManager): Promise<Record<string, Date>> {
  const rows = (await source.query('SELECT queue, paused_at AS "pausedAt" FROM paused_queues')) as {
    queue: string;
    pausedAt: Date;
  }[];
  return Object.fromEntries(rows.map(({ queue, pausedAt }) => [queue, pausedAt]));
}
