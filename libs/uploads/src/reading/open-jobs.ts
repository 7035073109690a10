import type { EntityManager } from '#database';
import type { JobName } from '#outbox';
import { isOpen } from '../making/open-uploads.js';

/** Ids of jobs (`jobIdOf`) by their state as reported by the workers; all other jobs are waiting. */
export interface KnownJobs {
  running: readonly string[];
  /** Returned to the queue for a later retry. */
  delayed: readonly string[];
}

/** The open work of one kind of job. */
export interface OpenJobs {
  job: JobName;
  waiting: number;
  active: number;
  delayed: number;
  /** Age of the oldest waiting one; null if none waits. */
  oldestWaitingSeconds: number | null;
}

/**
 * The open work according to the rows, as the jobs that do it. For a video in chunks, these are its pending chunks, or its
 * join if none is pending.
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
 * Known jobs are joined by upload first, then by id: building and comparing a million ids would take longer than everything
 * else.
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

/** Counts the open work by job; jobs without any are left out. */
export function countOpenJobs(manager: EntityManager, { running, delayed }: KnownJobs): Promise<OpenJobs[]> {
  return manager.query(countText, [running, delayed]);
}
