import type {
  Delivery,
  DeliveryQuery,
  Landfall,
  ReplayRange,
  RotateRequest,
  Webhook,
  WebhookPatch,
  WebhookRequest,
} from '#client';
import { printFields, printJson, printTable } from './print.js';

interface Json {
  readonly json: boolean;
}

/** Creates a webhook and prints its secret, which cannot be retrieved later. */
export async function createWebhook(
  landfall: Landfall,
  request: WebhookRequest,
  { json }: Json,
): Promise<number> {
  show(await landfall.webhooks.create(request), json);
  return 0;
}

export async function listWebhooks(landfall: Landfall, { json }: Json): Promise<number> {
  const found: Webhook[] = [];
  for await (const webhook of landfall.webhooks.list({ limit: 200 })) {
    if (json) printJson(webhook);
    else found.push(webhook);
  }
  if (!json) {
    const rows = found.map(({ id, enabled, types, url }) => [
      id,
      enabled ? 'enabled' : 'disabled',
      types.join(',') || 'all',
      url,
    ]);
    printTable([['ID', 'STATE', 'TYPES', 'URL'], ...rows]);
  }
  return 0;
}

export async function getWebhook(landfall: Landfall, id: string, { json }: Json): Promise<number> {
  show(await landfall.webhooks.get(id), json);
  return 0;
}

export async function updateWebhook(
  landfall: Landfall,
  id: string,
  { json, ...request }: Json & WebhookPatch,
): Promise<number> {
  show(await landfall.webhooks.update(id, request), json);
  return 0;
}

/** Rotates the secret and prints the new one. */
export async function rotateWebhook(
  landfall: Landfall,
  id: string,
  { json, ...request }: Json & RotateRequest,
): Promise<number> {
  show(await landfall.webhooks.rotate(id, request), json);
  return 0;
}

export async function deleteWebhook(landfall: Landfall, id: string): Promise<number> {
  await landfall.webhooks.delete(id);
  return 0;
}

const testWaitMs = 30_000;
const testPollMs = 250;

/**
 * Sends a test event and waits for the outcome of the first attempt.
 * @returns 1 if it was not delivered
 */
export async function testWebhook(landfall: Landfall, id: string, { json }: Json): Promise<number> {
  let delivery = await landfall.webhooks.test(id);
  const deadline = Date.now() + testWaitMs;
  // `attempts` already counts an attempt that has begun, so this waits for `lastAttempt`.
  while (delivery.lastAttempt === null && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, testPollMs));
    delivery = await landfall.webhooks.getDelivery(id, delivery.eventId);
  }
  if (json) printJson(delivery);
  else printFields({ ...delivery });
  return delivery.state === 'delivered' ? 0 : 1;
}

export async function listDeliveries(
  landfall: Landfall,
  id: string,
  { count, json, ...query }: Json & DeliveryQuery & { count: number },
): Promise<number> {
  const found: Delivery[] = [];
  if (count > 0)
    for await (const delivery of landfall.webhooks.deliveries(id, {
      ...query,
      limit: Math.min(count, 200),
    })) {
      if (json) printJson(delivery);
      if (found.push(delivery) >= count) break;
    }
  if (!json) printTable([['EVENT', 'TYPE', 'STATE', 'ATTEMPTS', 'RESPONSE', 'NEXT'], ...found.map(rowOf)]);
  return 0;
}

/** Sends one event again, or all events in a time range. */
export async function replay(
  landfall: Landfall,
  id: string,
  what: string | ReplayRange,
  { json }: Json,
): Promise<number> {
  const isOne = typeof what === 'string';
  if (isOne) await landfall.webhooks.replay(id, what);
  const replayed = isOne ? 1 : await landfall.webhooks.replayAll(id, what);
  if (json) printJson({ replayed });
  else console.log(`Events to be sent again: ${replayed}`);
  return 0;
}

function show(webhook: Webhook & { secret?: string | null }, json: boolean): void {
  if (json) return printJson(webhook);
  const { id, url, description, types, ordered, enabled, disabledReason, failingSince, secret } = webhook;
  printFields({
    id,
    url,
    description: description || null,
    types: types.join(',') || 'all',
    ordered,
    state: enabled ? 'enabled' : `disabled: ${disabledReason}`,
    failingSince,
    publicKey: webhook.signatures[0]?.publicKey,
    secret,
  });
  if (secret) console.error('The secret is shown only once: store it where your receiver can read it.');
}

function rowOf({ eventId, type, state, attempts, lastAttempt, nextAttemptAt }: Delivery): string[] {
  const answer = lastAttempt?.error?.code ?? String(lastAttempt?.status ?? '');
  return [eventId, type, state, String(attempts), answer, nextAttemptAt ?? ''];
}
