import type { DataSource } from '#database';
import { counted, countInTime, inRange, type StatsRange } from './upload-stats.js';

/** How many uploads and renditions failed with a code. */
export interface FailureCount {
  code: string;
  uploads: number;
  renditions: number;
  /** When the last of them changed, usually when it failed. */
  lastAt: Date;
}

/**
 * Counts the failures among the uploads of a range, by code. An upload fails with the code of its
 * first failed rendition, so one file may count as both.
 * @param limitMs time limit of the queries
 * @throws LandfallError stats.too_many
 */
export async function countFailures(
  source: DataSource,
  range: StatsRange,
  limitMs: number,
): Promise<FailureCount[]> {
  return countInTime(source, range, limitMs, (ask) =>
    ask<FailureCount>(
      `SELECT code, sum(uploads)::int AS uploads, sum(renditions)::int AS renditions, max(last_at) AS "lastAt"
       FROM (
         SELECT u.error_code AS code, count(*) AS uploads, 0 AS renditions, max(u.updated_at) AS last_at
         FROM uploads AS u
         WHERE u.status = 'failed' AND u.error_code IS NOT NULL AND ${inRange('u.id')} AND ${counted} GROUP BY 1
         UNION ALL
         SELECT v.error_code, 0, count(*), max(v.updated_at)
         FROM uploads AS u JOIN rendition_versions AS v
           ON v.upload_id = u.id AND ${inRange('v.upload_id')} AND v.status = 'failed' AND v.error_code IS NOT NULL
         WHERE u.status <> 'deleted' AND ${inRange('u.id')} AND ${counted} GROUP BY 1) AS counts
       GROUP BY code`,
    ),
  );
}
