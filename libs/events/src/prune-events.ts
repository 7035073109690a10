import type { DataSource } from '#database';

const pageSize = 1_000;

/**
 * Removes events beyond the retention time, oldest first and in small pages, so that no lock is held
 * for long. The newest event always stays, because the next position is derived from it.
 * @param keepS retention time in seconds
 * @returns how many were removed
 */
export async function pruneEvents(source: DataSource, keepS: number, signal: AbortSignal): Promise<number> {
  let removed = 0;
  for (let page = pageSize; page > 0 && !signal.aborted; removed += page) {
    // TypeORM returns [rows, count] for DELETE. Position order is time order, except for concurrent writes and clock jumps.
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
