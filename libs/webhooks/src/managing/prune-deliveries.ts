import type { DataSource } from '#database';
import { firstIdOf } from '#runtime';
import { Webhook } from '../rows/webhook.entity.js';

const pageSize = 1_000;

/**
 * Removes deliveries of events older than the log's retention, and deleted webhooks with all their deliveries; page by
 * page, to keep locks short.
 * @param keepS retention of the log, in seconds
 * @returns number of deliveries removed
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

/** Removes a deleted webhook without deliveries. The delay lets transactions finish that may still add deliveries for it. */
async function removeDeleted(source: DataSource, id: string): Promise<void> {
  await source.query(
    `DELETE FROM webhooks WHERE id = $1 AND deleted_at < now() - interval '1 minute'
       AND NOT EXISTS (SELECT FROM deliveries WHERE webhook_id = $1)`,
    [id],
  );
}
