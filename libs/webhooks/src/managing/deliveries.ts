import type { DataSource, EntityManager } from '#database';
import { eventsChannel } from '#events';
import { firstIdOf, LandfallError, newId } from '#runtime';
import { Delivery, type DeliveryState, type DeliveryType, testType } from '../rows/delivery.entity.js';
import { lockWebhook } from './webhooks.js';

/** A filter for the deliveries of a webhook. */
export interface DeliveryFilter {
  states?: readonly DeliveryState[] | undefined;
  types?: readonly DeliveryType[] | undefined;
  /** Events at or after this time. */
  since?: Date | undefined;
  /** Events before this time. */
  until?: Date | undefined;
}

/** Lists and replays deliveries of webhooks. */
export class Deliveries {
  constructor(private readonly source: DataSource) {}

  /**
   * Lists deliveries by event id, which is time-ordered, newest first.
   * @param before the last id of the previous page
   */
  async list(
    webhookId: string,
    { states, types, since, until }: DeliveryFilter,
    limit: number,
    before?: string,
  ): Promise<{ items: Delivery[]; nextCursor: string | null }> {
    const query = this.source
      .createQueryBuilder(Delivery, 'd')
      .where('d.webhookId = :webhookId', { webhookId })
      .orderBy('d.eventId', 'DESC')
      .limit(limit + 1);
    if (before !== undefined) query.andWhere('d.eventId < :before', { before });
    if (since) query.andWhere('d.eventId >= :since', { since: firstIdOf(since.getTime()) });
    if (until) query.andWhere('d.eventId < :until', { until: firstIdOf(until.getTime()) });
    if (states) query.andWhere('d.state IN (:...states)', { states });
    if (types) query.andWhere('d.type IN (:...types)', { types });
    const rows = await query.getMany();
    const items = rows.slice(0, limit);
    return { items, nextCursor: rows.length > limit ? (items.at(-1)?.eventId ?? null) : null };
  }

  /** @throws LandfallError delivery.not_found */
  async get(
    webhookId: string,
    eventId: string,
    manager: EntityManager = this.source.manager,
  ): Promise<Delivery> {
    const delivery = await manager.getRepository(Delivery).findOneBy({ webhookId, eventId });
    if (!delivery) throw new LandfallError('delivery.not_found', eventId);
    return delivery;
  }

  /**
   * Sends a test event that is not in the log.
   * @throws LandfallError webhook.not_found, webhook.not_enabled
   */
  async test(webhookId: string): Promise<Delivery> {
    const eventId = newId();
    return this.source.transaction(async (manager) => {
      const webhook = await lockWebhook(manager, webhookId);
      if (webhook.disabledAt) throw new LandfallError('webhook.not_enabled', webhookId);
      const now = new Date();
      await manager.insert(Delivery, {
        webhookId,
        eventId,
        position: '0',
        type: testType,
        uploadId: null,
        ordered: false,
        state: 'pending',
        nextAttemptAt: now,
        createdAt: now,
      });
      await wakeDeliverers(manager);
      return this.get(webhookId, eventId, manager);
    });
  }

  /**
   * Sends the event again with a fresh retry schedule; waits while the webhook is disabled.
   * @throws LandfallError delivery.not_found, delivery.event_gone
   */
  async replay(webhookId: string, eventId: string): Promise<Delivery> {
    const { type } = await this.get(webhookId, eventId);
    if (type !== testType) await this.refuseGone(eventId);
    return this.source.transaction(async (manager) => {
      await manager.query(
        `UPDATE deliveries AS d SET ${pendingAgain} WHERE (d.webhook_id, d.event_id) = ($1, $2) AND ${isNotBeingSent}`,
        [webhookId, eventId],
      );
      await wakeDeliverers(manager);
      return this.get(webhookId, eventId, manager);
    });
  }

  private async refuseGone(eventId: string): Promise<void> {
    const rows = (await this.source.query('SELECT 1 FROM events WHERE id = $1', [eventId])) as unknown[];
    if (rows.length === 0) throw new LandfallError('delivery.event_gone', eventId);
  }
}

/** Resets a delivery for sending; the result of its last attempt stays visible. */
export const pendingAgain = `state = 'pending', attempts = 0, next_attempt_at = now(), leased_until = NULL`;
/** Condition on `deliveries AS d`. A delivery being sent needs no replay, and its attempt number must not change. */
const isNotBeingSent = `(d.leased_until IS NULL OR d.leased_until <= now())`;

/** Notifies deliverers on the channel that followers of the log also listen to. */
export async function wakeDeliverers(manager: EntityManager): Promise<void> {
  await manager.query('SELECT pg_notify($1, $2)', [eventsChannel, '']);
}
