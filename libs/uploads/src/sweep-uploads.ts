import { queueJob } from '#outbox';
import type { DataSource } from 'typeorm';
import { Rendition } from './rendition.entity.js';

const pageSize = 200;

/**
 * Queues the jobs of unfinished uploads again, one page at a time. A job that still waits or runs has the same id, so
 * queueing it again changes nothing; one that is gone (a flushed Redis, a service that stayed away) comes back. The next
 * look at an upload is later each time: after `afterMs` or half its age, whichever is more, at most an hour.
 * Any number of workers may sweep at once.
 * @returns how many uploads were looked at
 */
export async function sweepUploads(source: DataSource, afterMs: number): Promise<number> {
  let swept = 0;
  for (;;) {
    const page = await sweepPage(source, afterMs);
    swept += page;
    if (page < pageSize) return swept;
  }
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
    for (const { id } of due) {
      const pending = await manager.find(Rendition, {
        where: { uploadId: id, status: 'pending' },
        select: { queue: true },
      });
      const queues = new Set(pending.map((rendition) => rendition.queue));
      const planned = queues.size > 0;
      if (!planned || queues.has('thumbnail'))
        await queueJob(manager, 'upload.process', { v: 1, uploadId: id });
      if (queues.has('transcode')) await queueJob(manager, 'upload.transcode', { v: 1, uploadId: id });
    }
    return due.length;
  });
}
