import type { Client } from 'pg';

/** Seconds from the time OSS stored an upload (its clock has a resolution of one second) until it was ready. */
export interface Latency {
  readonly source: string;
  readonly uploads: number;
  readonly medianS: number;
  readonly p99S: number;
  readonly worstS: number;
}

/** Latencies grouped by how Landfall learned of the upload. */
export async function readLatencies(database: Client): Promise<Latency[]> {
  const share = (of: number) => `percentile_cont(${of}) WITHIN GROUP (ORDER BY seconds)`;
  const { rows } = await database.query<Latency>(`
    SELECT source, count(*)::int AS uploads, ${share(0.5)} AS "medianS", ${share(0.99)} AS "p99S", ${share(1)} AS "worstS"
    FROM (SELECT source, greatest(0, extract(epoch FROM ready_at - last_modified))::float8 AS seconds
          FROM uploads WHERE status = 'ready' AND last_modified IS NOT NULL) AS each
    GROUP BY source ORDER BY source`);
  return rows;
}
