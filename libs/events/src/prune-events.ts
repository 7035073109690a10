import type { DataSource } from '#database';

const pageSize = 1_000;

/**
 * Removes events that are older than the log is kept, oldest first, a page at a time, so that nobody
 * waits for it. The newest event always stays: positions go on from it.
 * @param keepS how long the log is kept, in seconds
 * @returns how many were removed
 */
export async function pruneEvents(source: DataSource, keepS: number, signal: AbortSignal): Promise<number> {
  let removed = 0;
  for (let page = pageSize; page > 0 && !signal.aborted; removed += page) {
    // TypeORM returns [rows, count] for DELETE. Positions go up with time, but for moments, and where the clock once jumped.
    const [, count] = (await source.query(
      `DELETE FROM events WHERE id IN (
         SELECT id FROM (SELECT id, position, created_at FROM events WHERE position IS NOT NULL
                         ORDER BY position LIMIT ${pageSize}) AS oldest
         WHERE created_at < now() - make_interval(secs => $1)
           AND position < (SELECT max(position) FROM events WHERE position IS NOT NULL))`,
      [keepS],
    )) as [unknown, number];
    page = count;
  }
  return removed;
}
