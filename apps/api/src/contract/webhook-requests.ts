import { webhookEventSchema } from '#webhooks';
import type { OpenAPIObject } from '@nestjs/swagger';
import { documentSchema } from './named-schemas.js';

const header = (name: string, description: string, required = true) => ({
  name,
  in: 'header' as const,
  required,
  description,
  schema: { type: 'string' },
});

/** The `webhooks` section of the document. Requests follow the Standard Webhooks specification. */
export const documentWebhooks = (): NonNullable<OpenAPIObject['webhooks']> => ({
  event: {
    post: {
      operationId: 'receiveEvent',
      tags: ['webhooks'],
      summary: 'Receive an event',
      description:
        'Sent to your server at least once for each event that the webhook subscribes to. Verify the signature over the raw bytes of the body before anything else; docs/webhooks.md explains how.',
      security: [],
      parameters: [
        header('webhook-id', 'the id of the event, the same every time it is sent'),
        header('webhook-timestamp', 'when it was sent, in Unix seconds'),
        header('webhook-signature', 'one or more signatures, separated by spaces'),
        header('traceparent', 'the trace of the upload, if it is recorded (W3C Trace Context)', false),
      ],
      requestBody: {
        required: true,
        content: { 'application/json': { schema: documentSchema(webhookEventSchema) } },
      },
      responses: {
        '2XX': { description: 'The event has arrived. Any other response is retried.' },
        410: { description: 'Stop sending: the webhook is disabled.' },
      },
    },
  },
});
