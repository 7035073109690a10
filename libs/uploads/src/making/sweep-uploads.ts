import { outboxRow, queueJobs } from '#outbox';
import { In, type DataSource } from '#database';
import { processPayload } from '../landing/landing.js';
import { openJobs } from './rendition-states.js';
import { Rendition } from '../rows/rendition.entity.js';
import type { Proof } from '../rows/upload.entity.js';

const pageSize = 200;

/**
 * Queues the jobs of unfinished uploads again, one page at a time. A job that still waits or runs has the same id, so
 * queueing it again changes nothing; one that is gone (a flushed Redis, a service that stayed away) comes back. The next
 * look at an upload is later each time: after `afterMs` or half its age, whichever is more, at most an hour.
 * Any number of workers may sweep at once.
 * @returns how many uploads were looked at
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

async function sweepPage(source: DataSource, afterMs: number): Promise<number> {
  return source.transaction(async (manager) => {
    const [due] = (await manager.query(
      `UPDATE uploads SET sweep_at = now() + greatest($1 * interval '1 ms',
                                      least((now() - coalesce(reprocessing_since, created_at)) / 2, interval '1 hour'))
       WHERE id IN (SELECT id FROM uploads
                    WHERE (status IN ('stored', 'processing') OR reprocessing_since IS NOT NULL) AND sweep_at <= now()
                    ORDER BY sweep_at LIMIT $2 FOR UPDATE SKIP LOCKED)
       RETURNING id, proof, reprocessing_since IS NOT NULL AS "isReprocessed"`,
      [afterMs, pageSize],
    )) as [{ id: string; proof: Proof | null; isReprocessed: boolean }[], number];
    const renditions = await manager.find(Rendition, {
      where: { uploadId: In(due.map((row) => row.id)) },
      select: { uploadId: true, job: true, status: true, wanted: true },
    });
    const renditionsOf = Map.groupBy(renditions, (rendition) => rendition.uploadId);
    const jobs = due.flatMap(({ id, proof, isReprocessed }) => {
      const names = new Set(renditionsOf.get(id)?.flatMap(openJobs));
      // Not planned yet.
      if (names.size === 0) names.add(isReprocessed ? 'upload.reprocess' : 'upload.process');
      return [...names].map((name) => outboxRow(name, processPayload(id, proof)));
    });
    await queueJobs(manager, jobs);
    return due.length;
  });
}

/**
 * Removes landings that OSS did not confirm and nobody vouches for, once the time is over in which one can ask why: strangers can
 * make rows, and these would stay for ever.
 * @returns how many
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
