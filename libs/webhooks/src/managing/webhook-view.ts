import { type EventType, eventTypes } from '#events';
import { z } from 'zod';
import { disabledReasons, type Webhook } from '../rows/webhook.entity.js';
import { kindOf, publicKeyOf, signatureKinds } from '../signing/secrets.js';

const time = z.iso.datetime().nullable();
const typeNames = Object.keys(eventTypes) as [EventType, ...EventType[]];
/** The event types that a webhook can subscribe to. */
export const eventTypeSchema = z.enum(typeNames).meta({ id: 'EventType' });

/** A webhook in the API. */
export const webhookViewSchema = z
  .object({
    id: z.uuid(),
    url: z.string(),
    description: z.string(),
    types: z.array(eventTypeSchema).describe('the event types that are sent; all if empty'),
    ordered: z.boolean().describe('whether the events of one upload are sent one at a time'),
    enabled: z.boolean(),
    disabledReason: z
      .enum(disabledReasons)
      .nullable()
      .describe('request: a client disabled it; gone: it answered 410; failing: it failed for too long'),
    disabledAt: time,
    failingSince: time.describe('time of the first failure since the last success; null if there was none'),
    pausedUntil: time.describe('nothing is sent before this time, because it fails or sent Retry-After'),
    signatures: z
      .array(
        z.object({
          kind: z.enum(signatureKinds),
          publicKey: z.string().nullable().describe('whpk_…, for ed25519'),
          expiresAt: time.describe('when it stops signing; null for the current one'),
        }),
      )
      .describe('the secrets or keys that sign its deliveries, newest first'),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'Webhook', description: 'A URL that receives events.' });
export type WebhookView = z.output<typeof webhookViewSchema>;

/** A webhook with its secret, returned only when the secret has just been set. */
export const webhookWithSecretSchema = webhookViewSchema
  .extend({
    secret: z
      .string()
      .nullable()
      .describe('whsec_…, returned only here; null for ed25519, which has a public key'),
  })
  .meta({ id: 'WebhookWithSecret', description: 'A webhook with its new secret.' });
export type WebhookWithSecret = z.output<typeof webhookWithSecretSchema>;

export function viewWebhook(webhook: Webhook, now: Date): WebhookView {
  const iso = (at: Date | null) => at?.toISOString() ?? null;
  return {
    id: webhook.id,
    url: webhook.url,
    description: webhook.description,
    types: webhook.types,
    ordered: webhook.ordered,
    enabled: webhook.disabledAt === null,
    disabledReason: webhook.disabledReason,
    disabledAt: iso(webhook.disabledAt),
    failingSince: iso(webhook.failingSince),
    pausedUntil: webhook.pausedUntil && webhook.pausedUntil > now ? iso(webhook.pausedUntil) : null,
    signatures: webhook.secrets
      .filter(({ expiresAt }) => expiresAt === null || new Date(expiresAt) > now)
      .map(({ secret, expiresAt }) => ({ kind: kindOf(secret), publicKey: publicKeyOf(secret), expiresAt })),
    createdAt: webhook.createdAt.toISOString(),
    updatedAt: webhook.updatedAt.toISOString(),
  };
}

/** Like `viewWebhook`, with the newest secret. */
export function viewWithSecret(webhook: Webhook, now: Date): WebhookWithSecret {
  const secret = webhook.secrets[0]?.secret ?? '';
  return { ...viewWebhook(webhook, now), secret: kindOf(secret) === 'hmac' ? secret : null };
}
