import { carriedSpan, within } from '#tracing';
import { testType } from '../rows/delivery.entity.js';
import { bodyOf } from '../sending/payload.js';
import { retryDelayS } from '../sending/retry-delay.js';
import { type AttemptResult, type Outgoing, send, type SendSettings } from '../sending/send.js';
import type { ClaimedDelivery } from './claim-deliveries.js';
import { attemptDurations, attemptOutcomes, deliveriesGivenUp, deliveryDelays } from './delivery-metrics.js';
import type { Outcome } from './outcome.js';

interface Attempting {
  send: SendSettings;
  /** Seconds before each attempt after the first. */
  schedule: readonly number[];
  /** Aborts when the worker hands back its deliveries. */
  signal: AbortSignal;
}

/** Makes one attempt and decides the delivery's outcome. */
export async function attemptDelivery(
  delivery: ClaimedDelivery,
  { send: settings, schedule, signal }: Attempting,
): Promise<Outcome> {
  const data = delivery.type === testType ? { webhook: { id: delivery.webhookId } } : delivery.data;
  if (data === null) return end(delivery, 'failed', eventGone);
  if (signal.aborted) return { delivery, state: 'pending', retryS: 0, attempt: null };
  const { eventId: id, type, uploadId, createdAt, url, secrets } = delivery;
  const body = bodyOf({ id, type, uploadId, createdAt, data });
  const attempt = await sendTraced(delivery, { url, secrets, eventId: id, body }, settings, signal);
  // A request cut off by the worker's shutdown says nothing about the receiver.
  if (signal.aborted && attempt.errorCode !== null)
    return { delivery, state: 'pending', retryS: 0, attempt: null };
  attemptDurations.observe(attempt.durationMs / 1_000);
  if (attempt.errorCode === null) {
    if (delivery.attempt === 1) deliveryDelays.observe(Math.max(0, Date.now() - createdAt.getTime()) / 1_000);
    return end(delivery, 'delivered', attempt);
  }
  const retryS = attempt.status === 410 ? null : retryDelayS(schedule, delivery.attempt, attempt.retryAfterS);
  if (retryS === null) return end(delivery, 'failed', attempt);
  attemptOutcomes.count(attempt.errorCode);
  return { delivery, state: 'pending', retryS, attempt };
}

/** Sends within a span that the receiver may continue. The URL is not recorded, because it may contain a secret. */
function sendTraced(
  { webhookId, type, attempt, traceparent }: ClaimedDelivery,
  outgoing: Outgoing,
  settings: SendSettings,
  signal: AbortSignal,
): Promise<AttemptResult> {
  const facts = {
    'landfall.webhook.id': webhookId,
    'landfall.event.type': type,
    'landfall.delivery.attempt': attempt,
  };
  const span = carriedSpan({ name: 'webhook', kind: 'client', facts }, traceparent);
  return within(span, async () => {
    const result = await send({ ...outgoing, traceparent: span?.traceparent }, settings, signal);
    span?.note({ 'http.response.status_code': result.status ?? undefined });
    if (result.errorCode !== null) span?.fail(result.errorCode);
    return result;
  });
}

const eventGone: AttemptResult = {
  errorCode: 'delivery.event_gone',
  status: null,
  answer: null,
  durationMs: 0,
  retryAfterS: null,
};

function end(delivery: ClaimedDelivery, state: 'delivered' | 'failed', attempt: AttemptResult): Outcome {
  attemptOutcomes.count(attempt.errorCode ?? state);
  if (attempt.errorCode !== null) deliveriesGivenUp.count(attempt.errorCode);
  return { delivery, state, retryS: null, attempt };
}
