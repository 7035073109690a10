import { outboxRow, queueJobs, type Urgency } from '#outbox';
import { traceSpan } from '#tracing';
import { In, type DataSource } from '#database';
import { RenditionVersion } from '../rows/rendition-version.entity.js';
import type { Proof } from '../rows/upload.entity.js';
import { isOpen } from './open-uploads.js';

const pageSize = 200;

/**
 * Re-queues the jobs of unfinished uploads, one page at a time. A job that still waits or runs has the same id, so queueing
 * it again has no effect; a lost one (a flushed Redis, exhausted attempts) comes back. An upload is next checked after half
 * its age, at least `afterMs`, capped at an hour. Safe to run in any number of workers.
 * @returns how many uploads were checked
 */
export async function sweepUploads(
  source: DataSource,
  afterMs: number,
  signal: AbortSignal,
): Promise<number> {
  let swept = 0;
  while (!signal.aborted) {
    const page = await sweepPage(source, afterMs);
    swept += page;
    if (page < pageSize) break;
  }
  return swept;
}

const pageToBringForward = 2_000;

/** Makes all unfinished uploads due for the next sweep, because a queue has lost its jobs. */
export async function bringSweepForward(source: DataSource): Promise<void> {
  for (let page = pageToBringForward; page === pageToBringForward;) {
    const [, count] = (await source.query(
      `UPDATE uploads SET sweep_at = now()
       WHERE id IN (SELECT id FROM uploads WHERE ${isOpen('uploads')} AND sweep_at > now()
                    ORDER BY sweep_at LIMIT ${pageToBringForward} FOR UPDATE SKIP LOCKED)`,
    )) as [unknown, number];
    page = count;
  }
}

async function sweepPage(source: DataSource, afterMs: number): Promise<number> {
  return source.transaction(async (manager) => {
    const [due] = (await manager.query(
      `UPDATE uploads SET sweep_at = now() + greatest($1 * interval '1 ms',
                                      least((now() - coalesce(reprocessing_since, created_at)) / 2, interval '1 hour'))
       WHERE id IN (SELECT id FROM uploads
                    WHERE ${isOpen('uploads')} AND sweep_at <= now()
                    ORDER BY sweep_at LIMIT $2 FOR UPDATE SKIP LOCKED)
       RETURNING id, proof, reprocessing_since IS NOT NULL AS "isReprocessed", traceparent`,
      [afterMs, pageSize],
    )) as [DueUpload[], number];
    const pending = await manager.find(RenditionVersion, {
      where: { uploadId: In(due.map((row) => row.id)), status: 'pending' },
      select: { id: true, uploadId: true, job: true },
    });
    const pendingOf = Map.groupBy(pending, (version) => version.uploadId);
    const jobs = due.flatMap((upload) => {
      const names = new Set(pendingOf.get(upload.id)?.map(({ job }) => job));
      // Not planned yet.
      if (names.size === 0) names.add('upload.process');
      const traceparent = traceSweep(upload);
      const payload = { v: 1, uploadId: upload.id, urgency: urgencyOf(upload) } as const;
      return [...names].map((name) => outboxRow(name, payload, traceparent));
    });
    await queueJobs(manager, jobs);
    return due.length;
  });
}

/** An upload that is due in the sweep. */
interface DueUpload {
  id: string;
  proof: Proof | null;
  isReprocessed: boolean;
  traceparent: string | null;
}

/** Each sweep of a traced upload starts a new trace linked to the landing's: a single trace could last a day. */
function traceSweep({ id, traceparent }: DueUpload): string | null {
  if (traceparent === null) return null;
  const span = traceSpan({ name: 'sweep', facts: { 'landfall.upload.id': id } }, { link: traceparent });
  span?.end();
  return span?.traceparent ?? null;
}

function urgencyOf({ proof, isReprocessed }: DueUpload): Urgency | undefined {
  if (isReprocessed) return 'again';
  return proof === null ? 'unproven' : undefined;
}

/**
 * Removes unproven landings that OSS did not confirm, once they have been kept long enough to be queried. Anyone can create
 * such rows, and they would otherwise stay forever.
 * @returns how many were removed
 */
export async function removeUnconfirmed(source: DataSource, signal: AbortSignal): Promise<number> {
  let removed = 0;
  for (let page = pageSize; page === pageSize && !signal.aborted; removed += page) {
    const [, count] = (await source.query(
      `DELETE FROM uploads WHERE id IN (SELECT id FROM uploads WHERE proof IS NULL AND status = 'failed' AND sweep_at <= now()
                                        ORDER BY sweep_at LIMIT ${pageSize} FOR UPDATE SKIP LOCKED)`,
    )) as [unknown, number];
    page = count;
  }
  return removed;
}
