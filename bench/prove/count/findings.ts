import type { Client } from 'pg';

/** Violations, each with the query that finds them. `$1` is the key prefix of renditions. */
const queries = {
  /**
   * In OSS, but not recorded or not finished by us; or answered but not stored or recorded; or a ready rendition
   * missing in OSS.
   */
  lost: `
    SELECT s.object_key AS what FROM stored AS s
    WHERE NOT starts_with(s.object_key, $1)
      AND NOT EXISTS (SELECT FROM uploads AS u WHERE u.object_key = s.object_key AND u.etag = s.etag
                      AND u.status IN ('ready', 'failed'))
    UNION ALL
    SELECT a.object_key || ', answered with 200' FROM answered AS a
    WHERE a.answer = '200' AND NOT EXISTS (SELECT FROM uploads AS u WHERE u.object_key = a.object_key)
    UNION ALL
    SELECT a.object_key || ', answered with ' || a.answer || ', is not in OSS' FROM answered AS a
    WHERE a.answer <> 'none' AND NOT EXISTS (SELECT FROM stored AS s WHERE s.object_key = a.object_key)
    UNION ALL
    SELECT v.object_key || ', ready, is not in OSS' FROM rendition_versions AS v
    WHERE v.status = 'ready' AND NOT EXISTS (SELECT FROM stored AS s WHERE s.object_key = v.object_key)`,
  /** Failed although it is intact, or ready although it is damaged. */
  wrong: `
    SELECT u.object_key || ', ' || u.status || coalesce(' with ' || u.error_code, '') AS what FROM uploads AS u
    WHERE CASE WHEN starts_with(u.object_key, 'damaged/') THEN u.status = 'ready' OR u.error_code <> 'media.damaged'
               ELSE u.status = 'failed' OR u.error_code IS NOT NULL END`,
  /** Two living uploads of one object version, or two ready renditions with the same name. */
  doubled: `
    SELECT object_key || ', ' || count(*) || ' uploads' AS what FROM uploads
    WHERE status <> 'deleted' GROUP BY bucket, object_key, etag HAVING count(*) > 1
    UNION ALL
    SELECT upload_id || ' ' || name || ', ready ' || count(*) || ' times' FROM rendition_versions
    WHERE status = 'ready' GROUP BY upload_id, name HAVING count(*) > 1`,
  /** Objects with the rendition prefix that belong to no version. */
  orphaned: `
    SELECT s.object_key AS what FROM stored AS s
    WHERE starts_with(s.object_key, $1)
      AND NOT EXISTS (SELECT FROM rendition_versions AS v, unnest(v.storage_keys || v.object_key) AS k
                      WHERE v.upload_id::text = split_part(substr(s.object_key, length($1) + 1), '/', 1)
                        AND (k = s.object_key OR (right(k, 1) = '/' AND starts_with(s.object_key, k))))`,
  /** The event log does not reflect the final state. */
  unrecorded: `
    SELECT 'event without a place: ' || type || ' ' || upload_id AS what FROM events WHERE position IS NULL
    UNION ALL
    SELECT 'upload: ' || u.object_key || ', ' || u.status || ', last event ' || coalesce(e.type, 'none')
    FROM uploads AS u LEFT JOIN LATERAL (SELECT * FROM events WHERE upload_id = u.id AND position IS NOT NULL ORDER BY position DESC LIMIT 1) AS e ON true
    WHERE u.status <> 'deleted' AND e.data -> 'upload' ->> 'status' IS DISTINCT FROM u.status
    UNION ALL
    SELECT 'rendition: ' || v.upload_id || ' ' || v.name FROM rendition_versions AS v
    WHERE v.status = 'ready' AND NOT EXISTS (
      SELECT FROM events AS e WHERE e.upload_id = v.upload_id AND e.type = 'rendition.ready'
      AND e.data -> 'rendition' ->> 'objectKey' = v.object_key)`,
  /** Events that the webhook receiver never got, or got but are not in the log. */
  undelivered: `
    SELECT e.type || ' ' || e.id AS what FROM events AS e
    WHERE NOT EXISTS (SELECT FROM received AS r WHERE r.event_id = e.id)
    UNION ALL
    SELECT r.event_id || ', which is not in the log' FROM received AS r
    WHERE NOT EXISTS (SELECT FROM events AS e WHERE e.id = r.event_id)`,
  /** Recorded work that nothing processes, or rows whose object is missing. */
  left: `
    SELECT 'outbox: ' || name || ' ' || payload AS what FROM outbox
    UNION ALL
    SELECT 'upload: ' || object_key || ', ' || status FROM uploads WHERE status IN ('stored', 'processing')
    UNION ALL
    SELECT 'pending version: ' || upload_id || ' ' || name FROM rendition_versions WHERE status = 'pending'
    UNION ALL
    SELECT 'chunk: ' || upload_id FROM chunks
    UNION ALL
    SELECT 'delivery: ' || type || ' ' || event_id FROM deliveries WHERE state <> 'delivered'
    UNION ALL
    SELECT 'upload without its object: ' || u.object_key FROM uploads AS u
    WHERE u.status <> 'deleted' AND NOT EXISTS (SELECT FROM stored AS s WHERE s.object_key = u.object_key)`,
} as const;

export type FindingName = keyof typeof queries;
export const findingNames = Object.keys(queries) as FindingName[];

/** The number of violations, and the first of them up to a limit. */
interface Finding {
  readonly count: number;
  readonly what: readonly string[];
}
export type Findings = Readonly<Record<FindingName, Finding>>;

const mostShown = 50;

/** Compares our tables with the evidence; see `gatherEvidence`. */
export async function findAll(database: Client, renditionPrefix: string): Promise<Findings> {
  const findings: Partial<Record<FindingName, Finding>> = {};
  for (const name of findingNames) {
    // Only some queries concern renditions, but all of them get the prefix.
    const { rows } = await database.query<{ count: number; what: string[] | null }>(
      `WITH found AS (${queries[name]}), shown AS (SELECT what FROM found ORDER BY what LIMIT ${mostShown})
       SELECT (SELECT count(*)::int FROM found) AS count, (SELECT array_agg(what) FROM shown) AS what, $1::text`,
      [renditionPrefix],
    );
    findings[name] = { count: rows[0]?.count ?? 0, what: rows[0]?.what ?? [] };
  }
  return findings as Findings;
}
