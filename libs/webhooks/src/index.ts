/**
 * webhooks: URLs of clients that are told of events, as Standard Webhooks has it: which, signed how,
 * what became of each delivery, and the deliverer that sends them.
 *
 * Does not belong here: what happened (room events), the routes (apps/api). Where a connection may go
 * is decided in `network/`, what a failure means in `sending/failure-codes.ts`.
 */
import './errors.js';
import { Delivery } from './rows/delivery.entity.js';
import { Webhook } from './rows/webhook.entity.js';

export { Deliverer } from './delivering/deliverer.js';
export { placeDeliveries } from './delivering/place-deliveries.js';
export { countDeliveries } from './managing/count-deliveries.js';
export { Deliveries } from './managing/deliveries.js';
export {
  deliveryStateSchema,
  deliveryTypeSchema,
  type DeliveryView,
  deliveryViewSchema,
  viewDelivery,
} from './managing/delivery-view.js';
export { pruneDeliveries } from './managing/prune-deliveries.js';
export { replayRange, replayStates } from './managing/replay-range.js';
export {
  eventTypeSchema,
  type WebhookView,
  webhookViewSchema,
  type WebhookWithSecret,
  webhookWithSecretSchema,
  viewWebhook,
  viewWithSecret,
} from './managing/webhook-view.js';
export { Webhooks } from './managing/webhooks.js';
export { webhookEventSchema } from './sending/payload.js';
export { urlRulesOf } from './network/url-rules.js';
export { hmacSecretSchema, signatureKinds } from './signing/secrets.js';

/** What a data source needs to know of this room. */
export const webhookEntities = [Webhook, Delivery];
