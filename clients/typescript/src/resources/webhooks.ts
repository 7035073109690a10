import type {
  CreateWebhookData,
  CreateWebhookResponse,
  GetDeliveryResponse,
  GetWebhookResponse,
  ListDeliveriesData,
  ListDeliveriesResponse,
  ListWebhooksResponse,
  ReplayDeliveriesData,
  ReplayDeliveriesResponse,
  RotateWebhookSecretData,
  UpdateWebhookData,
} from '../generated/types.js';
import type { CallOptions, Transport } from '../http/transport.js';
import { operations } from '../operations.js';
import { verifyWebhook } from '../webhooks/verify-webhook.js';
import { Pages } from './pages.js';

export type Webhook = GetWebhookResponse;
/** With the secret, which only the answers that made it have. */
export type WebhookWithSecret = CreateWebhookResponse;
export type WebhookRequest = CreateWebhookData['body'];
export type WebhookPatch = UpdateWebhookData['body'];
export type RotateRequest = NonNullable<RotateWebhookSecretData['body']>;
export type Delivery = GetDeliveryResponse;
export type DeliveryQuery = NonNullable<ListDeliveriesData['query']>;
export type ReplayRange = Omit<ReplayDeliveriesData['body'], 'cursor'>;

/** Who is told of events by requests to a URL, and what became of these. */
export class Webhooks {
  /** Verifies a request that came from a webhook; needs no API key. */
  readonly verify = verifyWebhook;

  constructor(private readonly transport: Transport) {}

  /** Has events sent to a URL from now on. The secret is in this answer alone. */
  create(request: WebhookRequest, options?: CallOptions): Promise<WebhookWithSecret> {
    return this.transport.call(operations.createWebhook, { body: request }, options);
  }

  /** Lists webhooks, newest first. */
  list(query: { limit?: number } = {}, options?: CallOptions): Pages<Webhook, ListWebhooksResponse> {
    return new Pages(
      (cursor) => {
        const paged = cursor === undefined ? query : { ...query, cursor };
        return this.transport.call(operations.listWebhooks, { query: paged }, options);
      },
      ({ nextCursor }) => nextCursor,
    );
  }

  get(id: string, options?: CallOptions): Promise<Webhook> {
    return this.transport.call(operations.getWebhook, { path: { id } }, options);
  }

  /** Changes a webhook, disables it or enables it again. */
  update(id: string, request: WebhookPatch, options?: CallOptions): Promise<Webhook> {
    return this.transport.call(operations.updateWebhook, { path: { id }, body: request }, options);
  }

  /** Signs with a new secret; those of before sign too for a day, or `keepS`. */
  rotate(id: string, request: RotateRequest = {}, options?: CallOptions): Promise<WebhookWithSecret> {
    return this.transport.call(operations.rotateWebhookSecret, { path: { id }, body: request }, options);
  }

  async delete(id: string, options?: CallOptions): Promise<void> {
    await this.transport.call(operations.deleteWebhook, { path: { id } }, options);
  }

  /** Sends an event of type webhook.test; ask for its delivery to see what the receiver answered. */
  test(id: string, options?: CallOptions): Promise<Delivery> {
    return this.transport.call(operations.testWebhook, { path: { id } }, options);
  }

  /** Lists what became of the events of a webhook, newest event first. */
  deliveries(
    id: string,
    query: DeliveryQuery = {},
    options?: CallOptions,
  ): Pages<Delivery, ListDeliveriesResponse> {
    return new Pages(
      (cursor) => {
        const paged = cursor === undefined ? query : { ...query, cursor };
        return this.transport.call(operations.listDeliveries, { path: { id }, query: paged }, options);
      },
      ({ nextCursor }) => nextCursor,
    );
  }

  getDelivery(id: string, eventId: string, options?: CallOptions): Promise<Delivery> {
    return this.transport.call(operations.getDelivery, { path: { id, eventId } }, options);
  }

  /** Sends one event again, with the same id. */
  replay(id: string, eventId: string, options?: CallOptions): Promise<Delivery> {
    return this.transport.call(operations.replayDelivery, { path: { id, eventId } }, options);
  }

  /** Sends the events of a time again, all of them. Returns how many. */
  async replayAll(id: string, request: ReplayRange, options?: CallOptions): Promise<number> {
    let count = 0;
    // The same end for every part, or the last would never come.
    const range = { until: new Date().toISOString(), ...request };
    const load = (cursor: string | undefined): Promise<ReplayDeliveriesResponse & { items: [] }> =>
      this.transport
        .call(operations.replayDeliveries, { path: { id }, body: { ...range, cursor } }, options)
        .then((part) => ({ ...part, items: [] }));
    for await (const part of new Pages(load, ({ nextCursor }) => nextCursor).pages()) count += part.replayed;
    return count;
  }
}
