import { performance } from 'node:perf_hooks';
import { type DataSource, type EntityManager, isTimeLimitReached } from '#database';
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
const inRange = (id: string) => `${id} >= $1 AND ${id} < $2`;
const counted = `u.proof IS NOT NULL AND u.merged_into IS NULL AND ($3::text IS NULL OR u.bucket = $3)`;
const landingDay = `(u.created_at AT TIME ZONE 'UTC')::date`;

/**
 * Counts the uploads of a range and their renditions: not those that nobody vouches for and OSS has not confirmed, nor those
 * that were merged into another. Versions of renditions that are retired are on their way out and not counted.
 * @param limitMs when Postgres gives up
 * @throws LandfallError stats.too_many
 */
export async function countUploads(
  source: DataSource,
  { bucket, createdAfter, createdBefore }: StatsRange,
  limitMs: number,
): Promise<StatsCounts> {
  const range = [idAt(createdAfter), idAt(createdBefore ?? new Date(2 ** 48 - 1)), bucket ?? null];
  const begin = performance.now();
  const limit = () => Math.max(1, Math.ceil(limitMs - (performance.now() - begin)));
  try {
    // One snapshot: what is ready in one count is not pending in the other.
    return await source.transaction('REPEATABLE READ', async (manager) => {
      await manager.query(`SET LOCAL statement_timeout = ${limit()}`);
      const uploads: StatsCounts['uploads'] = await count(manager, 'u', 'uploads AS u', range);
      await manager.query(`SET LOCAL statement_timeout = ${limit()}`);
      // The range is said of both, or the planner reads all versions.
      const versions = `uploads AS u JOIN rendition_versions AS v
        ON v.upload_id = u.id AND ${inRange('v.upload_id')} AND v.status <> 'retired'`;
      const renditions: StatsCounts['renditions'] = await count(manager, 'v', versions, range);
      return { uploads, renditions };
    });
  } catch (error) {
    if (!isTimeLimitReached(error)) throw error;
    throw new LandfallError('stats.too_many', 'choose a shorter range of time', { cause: error });
  }
}

/** Ids know no time before 1970. */
function idAt(time: Date): string {
  return firstIdOf(Math.max(0, time.getTime()));
}

async function count<Status, Kind>(
  manager: EntityManager,
  what: 'u' | 'v',
  from: string,
  range: unknown[],
): Promise<Count<Status, Kind>[]> {
  const rows: (Omit<Count<Status, Kind>, 'count' | 'bytes'> & { count: string; bytes: string })[] =
    await manager.query(
      `SELECT status, kind, day::text, count, bytes
       FROM (SELECT ${what}.status, ${what}.kind, ${landingDay} AS day,
                    count(*), coalesce(sum(${what}.size_bytes), 0) AS bytes
             FROM ${from} WHERE ${inRange('u.id')} AND ${counted} GROUP BY 1, 2, 3) AS counts`,
      range,
    );
  return rows.map(({ status, kind, day, ...sums }) => ({
    status,
    kind,
    day,
    count: Number(sums.count),
    bytes: Number(sums.bytes),
  }));
}
