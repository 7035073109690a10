import { performance } from 'node:perf_hooks';
import { type DataSource, isTimeLimitReached } from '#database';
import { firstIdOf, LandfallError } from '#runtime';
import type { renditionKinds } from '#media';
import type { RenditionStatus } from '../rows/rendition.entity.js';
import type { MediaKind, UploadStatus } from '../rows/upload.entity.js';

/** Which uploads are counted, with all that was made of them. */
export interface StatsRange {
  bucket?: string | undefined;
  /** Landed at or after. */
  createdAfter: Date;
  /** Landed before; without it until now. */
  createdBefore?: Date | undefined;
}

interface Count<Status, Kind> {
  status: Status;
  kind: Kind;
  /** Of the landing, in UTC: 2026-01-15. */
  day: string;
  count: number;
  bytes: number;
}

/** How many there are of each status, kind and day, and of how many bytes. */
export interface StatsCounts {
  uploads: Count<UploadStatus, MediaKind | null>[];
  renditions: Count<RenditionStatus, (typeof renditionKinds)[number]>[];
}

/** By the primary key, which begins with the time: only the range is read. */
export const inRange = (id: string) => `${id} >= $1 AND ${id} < $2`;
/** Which of uploads `u` count, for the parameters that `countInTime` gives. */
export const counted = `u.proof IS NOT NULL AND u.merged_into IS NULL AND ($3::text IS NULL OR u.bucket = $3)`;
const landingDay = `(u.created_at AT TIME ZONE 'UTC')::date`;

/**
 * Counts the uploads of a range and their renditions: not those that nobody vouches for and OSS has not confirmed, nor those
 * that were merged into another. Versions of renditions that are retired are on their way out and not counted.
 * @param limitMs when Postgres gives up
 * @throws LandfallError stats.too_many
 */
export async function countUploads(
  source: DataSource,
  range: StatsRange,
  limitMs: number,
): Promise<StatsCounts> {
  return countInTime(source, range, limitMs, async (ask) => {
    const uploads: StatsCounts['uploads'] = await count(ask, 'u', 'uploads AS u');
    // The range is said of both, or the planner reads all versions.
    const versions = `uploads AS u JOIN rendition_versions AS v
      ON v.upload_id = u.id AND ${inRange('v.upload_id')} AND v.status <> 'retired'`;
    const renditions: StatsCounts['renditions'] = await count(ask, 'v', versions);
    return { uploads, renditions };
  });
}

/** Asks one question about a range: its ends are $1 and $2, its bucket $3. */
type Ask = <Row>(statement: string) => Promise<Row[]>;

/**
 * Asks several questions about a range in one snapshot: what is ready in one count is not pending in the other.
 * @param limitMs when Postgres gives up, for all of them together
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
        await manager.query(`SET LOCAL statement_timeout = ${leftMs}`);
        return (await manager.query(statement, range)) as Row[];
      }),
    );
  } catch (error) {
    if (!isTimeLimitReached(error)) throw error;
    throw new LandfallError('stats.too_many', 'choose a shorter range of time', { cause: error });
  }
}

/** Ids know no time before 1970. */
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
