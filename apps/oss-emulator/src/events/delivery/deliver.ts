import { corruptBody } from '../../faults/message-faults.js';
import { readBeginning, sendOnce, type OutgoingRequest } from '../../wire/outgoing-request.js';
import { showAnswer, showRequest, type ShownAnswer } from '../../wire/shown-http.js';
import type { EventAttempt } from '../model/event-journal.js';
import type { PendingEvent } from '../model/pending-events.js';
import type { QueueMessages } from '../queue/queue-messages.js';
import { smqMessage } from './event-body.js';
import { eventBridgeRequest, smqRequest, type EventOrigin } from './push-requests.js';

/** The dependencies of a delivery attempt. */
export interface Delivery extends EventOrigin {
  readonly queues: QueueMessages;
  /** Time limit for one attempt. */
  readonly timeoutMs: number;
  /** Aborts when the emulator closes. */
  readonly closing: AbortSignal;
}

/** Makes one attempt to deliver a notification and returns its outcome. */
export async function deliver(
  event: PendingEvent,
  isCorrupted: boolean,
  delivery: Delivery,
): Promise<EventAttempt> {
  const startedAt = new Date().toISOString();
  const startedAtMs = performance.now();
  const end = (outcome: Pick<EventAttempt, 'request' | 'answer' | 'failure'>): EventAttempt => ({
    startedAt,
    durationMs: Math.round(performance.now() - startedAtMs),
    ...outcome,
  });
  const { rule } = event;
  if (rule.target === 'queue') {
    const message = Buffer.from(smqMessage(event, delivery.region));
    const body = (isCorrupted ? corruptBody(message) : message).toString();
    const failure = await delivery.queues.send(rule.queue, event.id, body);
    return end({ request: null, answer: null, failure });
  }
  const signed =
    rule.target === 'smq' ? smqRequest(event, rule, delivery) : eventBridgeRequest(event, rule, delivery);
  const request = isCorrupted ? { ...signed, body: corruptBody(signed.body) } : signed;
  const { answer, failure } = await push(request, delivery);
  return end({ request: showRequest(request), answer, failure });
}

/** Any 2xx status counts as delivered. */
async function push(
  request: OutgoingRequest,
  { timeoutMs, closing }: Delivery,
): Promise<{ answer: ShownAnswer | null; failure: string | null }> {
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const incoming = await sendOnce(request, true, AbortSignal.any([timeout, closing]));
    const body = await readBeginning(incoming);
    incoming.destroy();
    const { statusCode: status = 0, headers } = incoming;
    const isTaken = status >= 200 && status < 300;
    return { answer: showAnswer({ status, headers, body }), failure: isTaken ? null : `status ${status}` };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { answer: null, failure: timeout.aborted ? `no answer within ${timeoutMs} ms` : message };
  }
}
