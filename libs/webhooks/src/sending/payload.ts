import type { DeliveryType } from '../rows/delivery.entity.js';

/** What is sent of an event. */
export interface OutgoingEvent {
  id: string;
  type: DeliveryType;
  uploadId: string | null;
  createdAt: Date;
  data: object;
}

/** Standard Webhooks: larger bodies are refused by some receivers. */
const bodyMaxBytes = 20_000;

/** What of an upload is in a body that would be too large: what finds it. */
const shortUpload = new Set([
  'id',
  'bucket',
  'objectKey',
  'kind',
  'status',
  'ticketId',
  'pipeline',
  'createdAt',
]);

/** The body of a delivery: an event in its public form. One that is too large says so and is cut to what finds the rest. */
export function bodyOf({ id, type, uploadId, createdAt, data }: OutgoingEvent): string {
  const event = { id, type, uploadId, timestamp: createdAt.toISOString(), data };
  const body = JSON.stringify(event);
  if (Buffer.byteLength(body) <= bodyMaxBytes) return body;
  return JSON.stringify({ ...event, data: { upload: shortened(data), truncated: true } });
}

function shortened(data: object): object {
  const upload = 'upload' in data && typeof data.upload === 'object' ? data.upload : null;
  return Object.fromEntries(Object.entries(upload ?? {}).filter(([name]) => shortUpload.has(name)));
}
