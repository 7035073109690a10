import type { DeliveryType, EventType } from '@landfall/client/browser';

/** Every event type; a missing one is a compile error. */
const known = {
  'upload.stored': true,
  'upload.processing': true,
  'upload.ready': true,
  'upload.failed': true,
  'upload.ignored': true,
  'upload.cancelled': true,
  'upload.reprocessed': true,
  'upload.updated': true,
  'upload.merged': true,
  'upload.deleted': true,
  'rendition.ready': true,
  'rendition.failed': true,
  'webhook.disabled': true,
} satisfies Record<EventType, true>;

export const eventTypes = Object.keys(known) as readonly EventType[];
export const deliveryTypes: readonly DeliveryType[] = [...eventTypes, 'webhook.test'];
