import type { EntityManager } from '#database';
import type { JobName } from '#outbox';
import { isOpen } from '../making/open-uploads.js';

/** Ids of jobs (`jobIdOf`) by what workers say of them; all others wait. */
export interface KnownJobs {
  running: readonly string[];
  /** Given back to be tried again later. */
  delayed: readonly string[];
}

/** How much of one job's work is to be done. */
export interface OpenJobs {
  job: JobName;
  waiting: number;
  active: number;
  delayed: number;
  /** Since when the first of those that wait is to be done; null when none waits. */
  oldestWaitingSeconds: number | null;
}

/**
 * The work that the rows say is to be done, as the jobs that do it; the sweep would queue the same. Of a video that is cut
 * the chunks count, and when all are made what joins them.
 */
const workText = `
  pending AS MATERIALIZED (
    SELECT id, upload_id, job, created_at,
           CASE WHEN job = 'upload.transcode' THEN (
             SELECT plan_id FROM chunks AS c WHERE c.upload_id = v.upload_id AND c.version_ids @> ARRAY[v.id] LIMIT 1) END AS plan_id
    FROM rendition_versions AS v WHERE status = 'pending'),
  plans AS (SELECT upload_id, plan_id, min(created_at) AS since FROM pending WHERE plan_id IS NOT NULL GROUP BY 1, 2),
  work AS (
    SELECT 'upload.process' AS job, u.id AS upload_id, NULL::uuid AS plan_id, NULL::int AS position,
           coalesce(u.reprocessing_since, u.created_at) AS since
    FROM uploads AS u WHERE ${isOpen('u')} AND NOT EXISTS (SELECT FROM pending WHERE pending.upload_id = u.id)
    UNION ALL
    SELECT job, upload_id, NULL, NULL, min(created_at) FROM pending WHERE plan_id IS NULL GROUP BY job, upload_id
    UNION ALL
    SELECT 'upload.chunk', upload_id, plan_id, position, since
    FROM plans JOIN chunks USING (upload_id, plan_id) WHERE status = 'pending'
    UNION ALL
    SELECT 'upload.join', upload_id, plan_id, NULL, since FROM plans
    WHERE NOT EXISTS (SELECT FROM chunks AS c
                      WHERE (c.upload_id, c.plan_id) = (plans.upload_id, plans.plan_id) AND c.status = 'pending'))`;

/**
 * Whether a job is known is looked up by the upload, and only then by its id: to write a million ids and compare them would
 * take longer than all the rest.
 */
const countText = `
  WITH ${workText},
  known AS (
    SELECT id, split_part(id, '.', 3) AS upload_id, bool_or(is_running) AS is_active
    FROM (SELECT id, true FROM unnest($1::text[]) AS running (id)
          UNION ALL SELECT id, false FROM unnest($2::text[]) AS delayed (id)) AS said (id, is_running)
    GROUP BY id)
  SELECT job, count(*) FILTER (WHERE is_active IS NULL)::int AS waiting,
         count(*) FILTER (WHERE is_active)::int AS active,
         count(*) FILTER (WHERE NOT is_active)::int AS delayed,
         extract(epoch FROM now() - min(since) FILTER (WHERE is_active IS NULL))::float8 AS "oldestWaitingSeconds"
  FROM work LEFT JOIN known ON known.upload_id::uuid = work.upload_id
    AND (known.id = concat_ws('.', job, work.upload_id, plan_id, position)) IS TRUE
  GROUP BY job`;

/** Counts what is to be done, by job; jobs of which there is nothing to do are left out. */
export function countOpenJobs(manager: EntityManager, { running, delayed }: KnownJobs): Promise<OpenJobs[]> {
  return manager.query(countText, [running, delayed]);
}
