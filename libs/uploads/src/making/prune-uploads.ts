import type { DataSource } from '#database';
import { firstIdOf } from '#runtime';

const pageSize = 500;
/** How long the `deleted` row of even the oldest upload stays visible. */
const shownFor = `interval '1 day'`;

/**
 * Removes the rows of uploads that landed more than `ageS` ago and were deleted or ignored at least a day ago, with those
 * merged into them. It works in pages and skips locked rows, so any number of workers may run it. A row stays as long as
 * objects of its versions are due for removal, and as long as its ticket exists, which could otherwise be used again.
 * @param ageS seconds since the landing; 0 removes nothing
 * @returns how many uploads were removed, not counting those merged into them
 */
export async function pruneUploads(source: DataSource, ageS: number, signal: AbortSignal): Promise<number> {
  if (ageS === 0) return 0;
  const before = firstIdOf(Date.now() - ageS * 1_000);
  let removed = 0;
  // One status at a time, as the index is ordered by status, then landing time.
  for (const status of ['deleted', 'ignored']) {
    for (let page = pageSize; page === pageSize && !signal.aborted; removed += page) {
      // TypeORM returns [rows, count] for DELETE.
      const [, count] = (await source.query(
        `WITH page AS MATERIALIZED (
           SELECT u.id FROM uploads AS u
           WHERE u.status = '${status}' AND u.id < $1 AND u.updated_at < now() - ${shownFor}
             AND u.merged_into IS NULL AND u.reprocessing_since IS NULL
             AND NOT EXISTS (SELECT FROM rendition_versions AS v WHERE v.upload_id = u.id AND v.due_at IS NOT NULL)
             AND NOT EXISTS (SELECT FROM tickets AS t WHERE t.id = u.ticket_id)
           ORDER BY u.id LIMIT ${pageSize} FOR UPDATE SKIP LOCKED),
         merged AS (DELETE FROM uploads USING page WHERE uploads.merged_into = page.id)
         DELETE FROM uploads USING page WHERE uploads.id = page.id`,
        [before],
      )) as [unknown, number];
      page = count;
    }
  }
  return removed;
}
