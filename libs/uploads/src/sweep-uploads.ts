import { type JobName, outboxRow, queueJobs } from '#outbox';
import { In, type DataSource } from 'typeorm';
import { Rendition } from './rendition.entity.js';

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
      `UPDATE uploads SET sweep_at = now() + greatest($1 * interval '1 ms', least((now() - created_at) / 2, interval '1 hour'))
       WHERE id IN (SELECT id FROM uploads WHERE status IN ('stored', 'processing') AND sweep_at <= now()
                    ORDER BY sweep_at LIMIT $2 FOR UPDATE SKIP LOCKED)
       RETURNING id`,
      [afterMs, pageSize],
    )) as [{ id: string }[], number];
    const ids = due.map((row) => row.id);
    const pending = await manager.find(Rendition, {
      where: { uploadId: In(ids), status: 'pending' },
      select: { uploadId: true, queue: true },
    });
    const queuesOf = Map.groupBy(pending, (rendition) => rendition.uploadId);
    const jobs = ids.flatMap((uploadId) => {
      const queues = new Set(queuesOf.get(uploadId)?.map((rendition) => rendition.queue));
      const names: JobName[] = [];
      if (queues.size === 0 || queues.has('thumbnail')) names.push('upload.process');
      if (queues.has('transcode')) names.push('upload.transcode');
      return names.map((name) => outboxRow(name, { v: 1, uploadId }));
    });
    await queueJobs(manager, jobs);
    return due.length;
  });
}
