import {
  deliveryStateSchema,
  deliveryTypeSchema,
  eventTypeSchema,
  hmacSecretSchema,
  replayStates,
  signatureKinds,
} from '#webhooks';
import { listOf } from '#uploads';
import { z } from 'zod';

/** The parameters `:id` and `:eventId`. */
export const uuid = z.uuid('must be a UUID').toLowerCase();

const url = z
  .string()
  .max(2_048)
  .describe('https, a public host, a port of WEBHOOKS_PORTS; hosts of WEBHOOKS_ALLOW may be others');
const description = z
  .string()
  .max(500)
  .refine((text) => !text.includes('\0'), 'must not contain NUL')
  .describe('for people');
const types = z.array(eventTypeSchema).max(50).describe('the types of events to send; all if empty');
const ordered = z
  .boolean()
  .describe('send events of one upload one after the other, each when the one before has arrived or failed');

const secretFields = {
  signature: z
    .enum(signatureKinds)
    .default('hmac')
    .describe('hmac: one secret for both; ed25519: a public key'),
  secret: hmacSecretSchema
    .optional()
    .describe('an HMAC secret of your own: whsec_ and 24 to 64 bytes in base64; defaults to a new one'),
};
/** Ed25519 keys are always generated here, so only HMAC accepts a secret. */
const hasOneKind = ({ signature, secret }: { signature: string; secret?: string | undefined }) =>
  signature === 'hmac' || secret === undefined;
const ownSecretOnlyHmac = { error: 'is for hmac only', path: ['secret'] };

/** The body of POST /v1/webhooks. */
export const createSchema = z
  .strictObject({
    url,
    description: description.default(''),
    types: types.default([]),
    ordered: ordered.default(false),
    ...secretFields,
  })
  .refine(hasOneKind, ownSecretOnlyHmac)
  .meta({ id: 'WebhookRequest', description: 'A webhook that is to be made.' });

/** The body of PATCH /v1/webhooks/{id}. */
export const updateSchema = z
  .strictObject({
    url: url.optional(),
    description: description.optional(),
    types: types.optional(),
    ordered: ordered.optional().describe('for events from now on'),
    enabled: z
      .boolean()
      .optional()
      .describe(
        'false: nothing is sent, and events from then on are not kept for it; true: what waits is sent at once',
      ),
  })
  .meta({ id: 'WebhookChanges', description: 'What of a webhook is to be changed.' });

const dayS = 86_400;
/** The body of POST /v1/webhooks/{id}/rotate. */
export const rotateSchema = z
  .strictObject({
    ...secretFields,
    keepS: z
      .int()
      .min(0)
      .max(7 * dayS)
      .default(dayS)
      .describe('how long the secrets of before sign too, in seconds; 0 if one of them has leaked'),
  })
  .refine(hasOneKind, ownSecretOnlyHmac)
  .meta({ id: 'RotationRequest', description: 'With what a webhook is to sign from now on.' });

const time = z.iso
  .datetime({ offset: true, error: 'must be an ISO 8601 time such as 2026-01-15T08:30:00Z' })
  .transform((text) => new Date(text));
/** The query of GET /v1/webhooks. */
export const listQuery = z.strictObject({
  limit: z.coerce.number('must be an integer from 1 to 200').int().min(1).max(200).default(50),
  cursor: uuid.optional().describe('nextCursor of the previous page'),
});

/** The query of GET /v1/webhooks/{id}/deliveries. */
export const deliveriesQuery = listQuery.extend({
  state: listOf(deliveryStateSchema, 3).optional(),
  type: listOf(deliveryTypeSchema, 50).optional().describe('types of events'),
  since: time.optional().describe('of events at or after'),
  until: time.optional().describe('of events before'),
});

/** The body of POST /v1/webhooks/{id}/replay. */
export const replaySchema = z
  .strictObject({
    since: time.describe('events at or after'),
    until: time.optional().describe('events before; defaults to now'),
    types: types.min(1).optional().describe('of the types that the webhook wants, only these'),
    states: z
      .array(z.enum(replayStates))
      .min(1)
      .default(['failed'])
      .describe('failed and delivered ones, and events that were never sent to this webhook (missing)'),
    cursor: uuid.optional().describe('nextCursor of the previous answer'),
  })
  .meta({ id: 'ReplayRequest', description: 'Which events are to be sent again.' });
