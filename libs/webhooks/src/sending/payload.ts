import { anyEventSchema, eventSchema, eventTypes } from '#events';
import { z } from 'zod';
import { type DeliveryType, testType } from '../rows/delivery.entity.js';

/** The parts of an event that are sent. */
export interface OutgoingEvent {
  id: string;
  type: DeliveryType;
  uploadId: string | null;
  createdAt: Date;
  data: object;
}

/** Maximum body size; Standard Webhooks says that some receivers refuse larger ones. */
const bodyMaxBytes = 20_000;

/** The fields of an upload that remain in a truncated body: enough to find it. */
const shortUploadSchema = eventTypes['upload.stored'].data.shape.upload.pick({
  id: true,
  bucket: true,
  objectKey: true,
  kind: true,
  status: true,
  ticketId: true,
  pipeline: true,
  createdAt: true,
});
const shortFields = new Set(Object.keys(shortUploadSchema.shape));

const truncatedEventSchema = anyEventSchema
  .extend({ uploadId: z.uuid(), data: z.object({ upload: shortUploadSchema, truncated: z.literal(true) }) })
  .meta({
    id: 'TruncatedEvent',
    description:
      'An event whose body would exceed 20,000 bytes, reduced to the fields that identify the upload.',
  });

const testEventSchema = anyEventSchema
  .extend({
    type: z.literal(testType),
    uploadId: z.null(),
    data: z.object({ webhook: z.object({ id: z.uuid() }) }),
  })
  .meta({ id: 'WebhookTestEvent', description: 'The event that POST /v1/webhooks/{id}/test sends.' });

/** Schema of a delivery's body, for the API contract. */
export const webhookEventSchema = z
  .union([eventSchema, truncatedEventSchema, testEventSchema])
  .meta({ id: 'WebhookEvent', description: 'The body of a webhook request.' });

/**
 * The body of a delivery: an event in its public form. A body that is too large keeps only `shortFields` of the upload
 * and is marked as truncated.
 */
export function bodyOf({ id, type, uploadId, createdAt, data }: OutgoingEvent): string {
  const event = { id, type, uploadId, timestamp: createdAt.toISOString(), data };
  const body = JSON.stringify(event);
  if (Buffer.byteLength(body) <= bodyMaxBytes) return body;
  return JSON.stringify({ ...event, data: { upload: shortened(data), truncated: true } });
}

function shortened(data: object): object {
  const upload = 'upload' in data && typeof data.upload === 'object' ? data.upload : null;
  return Object.fromEntries(Object.entries(upload ?? {}).filter(([name]) => shortFields.has(name)));
}
