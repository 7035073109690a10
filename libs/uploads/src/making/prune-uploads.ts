import type { DataSource } from '#database';
import { firstIdOf } from '#runtime';

const pageSize = 500;
/** Whoever had it deleted can see that it is, whatever its age. */
const shownFor = `interval '1 day'`;

/**
 * Removes the rows of uploads that landed so long ago and were deleted or ignored, at least a day ago, with those that were
 * merged into them: a page at a time and past what others have locked. Nobody waits for it, and any number of workers may. A row
 * stays as long as objects of its versions are to be removed, and as long as the ticket that it was made with is known, which
 * could be used again without it.
 * @param ageS seconds since it landed; 0 removes nothing
 * @returns how many uploads were removed, without those that were merged into them
 */
export async function pruneUploads(source: DataSource, ageS: number, signal: AbortSignal): Promise<number> {
  if (ageS === 0) return 0;
  const before = firstIdOf(Date.now() - ageS * 1_000);
  let removed = 0;
  // One after the other: the index has them by status, and in each by the time of landing.
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
