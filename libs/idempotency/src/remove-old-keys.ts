import type { DataSource } from '#database';

/** Retention of responses: one day, after which any client has given up or succeeded. */
export const keptS = 86_400;
const pageSize = 500;

/**
 * Removes keys older than a day, oldest first, one page at a time.
 * @returns how many were removed
 */
export async function removeOldKeys(source: DataSource, signal: AbortSignal): Promise<number> {
  let removed = 0;
  for (let page = pageSize; page === pageSize && !signal.aborted; removed += page) {
    // TypeORM returns [rows, count] for DELETE.
    const [, count] = (await source.query(
      `DELETE FROM idempotency_keys WHERE id IN
         (SELECT id FROM idempotency_keys WHERE created_at < now() - make_interval(secs => $1)
          ORDER BY created_at LIMIT ${pageSize})`,
      [keptS],
    )) as [unknown, number];
    page = count;
  }
  return removed;
}
