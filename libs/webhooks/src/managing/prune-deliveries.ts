import type { DataSource } from '#database';
import { firstIdOf } from '#runtime';
import { Webhook } from '../rows/webhook.entity.js';

const pageSize = 1_000;

/**
 * Removes the deliveries of events that are older than the log is kept, and webhooks that clients
 * have deleted with all that is theirs: a page at a time, so that nobody waits for it.
 * @param keepS how long the log is kept, in seconds
 * @returns how many deliveries were removed
 */
export async function pruneDeliveries(
  source: DataSource,
  keepS: number,
  signal: AbortSignal,
): Promise<number> {
  let removed = 0;
  const oldest = firstIdOf(Date.now() - keepS * 1_000);
  const webhooks = await source.getRepository(Webhook).find({ select: { id: true, deletedAt: true } });
  for (const { id, deletedAt } of webhooks) {
    for (let page = pageSize; page === pageSize && !signal.aborted; removed += page) {
      // TypeORM returns [rows, count] for DELETE.
      const [, count] = (await source.query(
        `DELETE FROM deliveries WHERE webhook_id = $1 AND event_id IN (
           SELECT event_id FROM deliveries WHERE webhook_id = $1 AND ($2::uuid IS NULL OR event_id < $2)
           ORDER BY event_id LIMIT ${pageSize})`,
        [id, deletedAt ? null : oldest],
      )) as [unknown, number];
      page = count;
    }
    if (deletedAt && !signal.aborted) await removeDeleted(source, id);
  }
  return removed;
}

/** Once it has no deliveries. None are made for it any more, unless the transaction had begun before. */
async function removeDeleted(source: DataSource, id: string): Promise<void> {
  await source.query(
    `DELETE FROM webhooks WHERE id = $1 AND deleted_at < now() - interval '1 minute'
       AND NOT EXISTS (SELECT FROM deliveries WHERE webhook_id = $1)`,
    [id],
  );
}
