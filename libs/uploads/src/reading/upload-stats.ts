import { performance } from 'node:perf_hooks';
import { type DataSource, isTimeLimitReached } from '#database';
import { firstIdOf, LandfallError } from '#runtime';
import type { renditionKinds } from '#media';
import type { RenditionStatus } from '../rows/rendition.entity.js';
import type { MediaKind, UploadStatus } from '../rows/upload.entity.js';

/** Which uploads are counted, with their renditions. */
export interface StatsRange {
  bucket?: string | undefined;
  /** Landed at or after. */
  createdAfter: Date;
  /** Landed before; no upper bound if unset. */
  createdBefore?: Date | undefined;
}

interface Count<Status, Kind> {
  status: Status;
  kind: Kind;
  /** Day of the landing in UTC, such as 2026-01-15. */
  day: string;
  count: number;
  bytes: number;
}

/** Counts and bytes by status, kind and day. */
export interface StatsCounts {
  uploads: Count<UploadStatus, MediaKind | null>[];
  renditions: Count<RenditionStatus, (typeof renditionKinds)[number]>[];
}

/** The SQL condition for a range of ids. Ids begin with their time, so only that range is read. */
export const inRange = (id: string) => `${id} >= $1 AND ${id} < $2`;
/** The SQL condition for the uploads `u` that count, with the parameters of `countInTime`. */
export const counted = `u.proof IS NOT NULL AND u.merged_into IS NULL AND ($3::text IS NULL OR u.bucket = $3)`;
const landingDay = `(u.created_at AT TIME ZONE 'UTC')::date`;

/**
 * Counts the uploads of a range and their rendition versions. Unproven and merged uploads are not counted, nor are retired
 * versions.
 * @param limitMs time limit of the queries
 * @throws LandfallError stats.too_many
 */
export async function countUploads(
  source: DataSource,
  range: StatsRange,
  limitMs: number,
): Promise<StatsCounts> {
  return countInTime(source, range, limitMs, async (ask) => {
    const uploads: StatsCounts['uploads'] = await count(ask, 'u', 'uploads AS u');
    // The range is repeated for both tables, or the planner reads all versions.
    const versions = `uploads AS u JOIN rendition_versions AS v
      ON v.upload_id = u.id AND ${inRange('v.upload_id')} AND v.status <> 'retired'`;
    const renditions: StatsCounts['renditions'] = await count(ask, 'v', versions);
    return { uploads, renditions };
  });
}

/** Runs a statement on a range: $1 and $2 are its first and end id, $3 is the bucket. */
type Ask = <Row>(statement: string) => Promise<Row[]>;

/**
 * Runs several statements on a range in one snapshot, so their counts are consistent.
 * @param limitMs time limit of all statements together
 * @throws LandfallError stats.too_many
 */
export async function countInTime<Counts>(
  source: DataSource,
  { bucket, createdAfter, createdBefore }: StatsRange,
  limitMs: number,
  count: (ask: Ask) => Promise<Counts>,
): Promise<Counts> {
  const range = [idAt(createdAfter), idAt(createdBefore ?? new Date(2 ** 48 - 1)), bucket ?? null];
  const begin = performance.now();
  try {
    return await source.transaction('REPEATABLE READ', (manager) =>
      count(async <Row>(statement: string) => {
        const leftMs = Math.max(1, Math.ceil(limitMs - (performance.now() - begin)));
        // Without statistics, or with old ones, Postgres would look up each version by itself instead of reading the range.
        await manager.query(`SET LOCAL statement_timeout = ${leftMs}; SET LOCAL enable_nestloop = off`);
        return (await manager.query(statement, range)) as Row[];
      }),
    );
  } catch (error) {
    if (!isTimeLimitReached(error)) throw error;
    throw new LandfallError('stats.too_many', 'choose a shorter time range', { cause: error });
  }
}

/** Ids cannot represent times before 1970. */
function idAt(time: Date): string {
  return firstIdOf(Math.max(0, time.getTime()));
}

async function count<Status, Kind>(ask: Ask, what: 'u' | 'v', from: string): Promise<Count<Status, Kind>[]> {
  const rows = await ask<Omit<Count<Status, Kind>, 'count' | 'bytes'> & { count: string; bytes: string }>(
    `SELECT status, kind, day::text, count, bytes
     FROM (SELECT ${what}.status, ${what}.kind, ${landingDay} AS day,
                  count(*), coalesce(sum(${what}.size_bytes), 0) AS bytes
           FROM ${from} WHERE ${inRange('u.id')} AND ${counted} GROUP BY 1, 2, 3) AS counts`,
  );
  return rows.map(({ status, kind, day, ...sums }) => ({
    status,
    kind,
    day,
    count: Number(sums.count),
    bytes: Number(sums.bytes),
  }));
}
