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
/** Includes the secret, which only the responses that create or rotate it contain. */
export type WebhookWithSecret = CreateWebhookResponse;
export type WebhookRequest = CreateWebhookData['body'];
export type WebhookPatch = UpdateWebhookData['body'];
export type RotateRequest = NonNullable<RotateWebhookSecretData['body']>;
export type Delivery = GetDeliveryResponse;
export type DeliveryQuery = NonNullable<ListDeliveriesData['query']>;
export type ReplayRange = Omit<ReplayDeliveriesData['body'], 'cursor'>;

/** Webhooks, which send events to a URL, and their deliveries. */
export class Webhooks {
  /** Verifies a webhook request; needs no API key. */
  readonly verify = verifyWebhook;

  constructor(private readonly transport: Transport) {}

  /** Creates a webhook for events from now on. Only this response contains the secret. */
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

  /** Changes, disables or enables a webhook. */
  update(id: string, request: WebhookPatch, options?: CallOptions): Promise<Webhook> {
    return this.transport.call(operations.updateWebhook, { path: { id }, body: request }, options);
  }

  /** Rotates the secret. The previous secrets also sign for another day, or for `keepS` seconds. */
  rotate(id: string, request: RotateRequest = {}, options?: CallOptions): Promise<WebhookWithSecret> {
    return this.transport.call(operations.rotateWebhookSecret, { path: { id }, body: request }, options);
  }

  async delete(id: string, options?: CallOptions): Promise<void> {
    await this.transport.call(operations.deleteWebhook, { path: { id } }, options);
  }

  /** Sends an event of type webhook.test; get its delivery to see the receiver's response. */
  test(id: string, options?: CallOptions): Promise<Delivery> {
    return this.transport.call(operations.testWebhook, { path: { id } }, options);
  }

  /** Lists the deliveries of a webhook, newest event first. */
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

  /** Sends all events in a time range again and returns their number. */
  async replayAll(id: string, request: ReplayRange, options?: CallOptions): Promise<number> {
    let count = 0;
    // A fixed end for all pages; otherwise there might always be another page.
    const range = { until: new Date().toISOString(), ...request };
    const load = (cursor: string | undefined): Promise<ReplayDeliveriesResponse & { items: [] }> =>
      this.transport
        .call(operations.replayDeliveries, { path: { id }, body: { ...range, cursor } }, options)
        .then((part) => ({ ...part, items: [] }));
    for await (const part of new Pages(load, ({ nextCursor }) => nextCursor).pages()) count += part.replayed;
    return count;
  }
}
