/**
 * webhooks: client URLs that receive events according to Standard Webhooks: their settings, signatures, deliveries, and
 * the deliverer that sends them.
 *
 * Does not belong here: the events themselves (room events), the routes (apps/api). `network/` decides where
 * connections may go, `sending/failure-codes.ts` what a failure means.
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

/** The entities of this room, for the data source. */
export const webhookEntities = [Webhook, Delivery];
