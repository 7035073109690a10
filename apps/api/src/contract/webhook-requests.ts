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
        'What your server gets for each event that the webhook wants, at least once. Verify the signature over the bytes of the body before anything else; docs/webhooks.md says how.',
      security: [],
      parameters: [
        header('webhook-id', 'the id of the event: the same each time that it is sent'),
        header('webhook-timestamp', 'when it was sent, in seconds since 1970'),
        header('webhook-signature', 'one or several signatures, with spaces between them'),
        header('traceparent', 'where the trace of the upload is recorded (W3C Trace Context)', false),
      ],
      requestBody: {
        required: true,
        content: { 'application/json': { schema: documentSchema(webhookEventSchema) } },
      },
      responses: {
        '2XX': { description: 'It has arrived. Any other answer is followed by further attempts.' },
        410: { description: 'Send nothing any more: the webhook is disabled.' },
      },
    },
  },
});
