import type { OssRefusal } from '#oss';
import { pause } from '#runtime';
import { codeOf, sendOnce, Unconnected, type OutgoingRequest } from '../wire/outgoing-request.js';
import type { CallbackAttempt, CallbackOrder } from './attempt.js';
import { corruptBody, decideMessageFaults, type MessageFaults } from '../faults/message-faults.js';
import { callbackFailed, readAnswer, type CallbackAnswer } from './answer.js';
import { buildCallbackRequest } from './request.js';
import type { CallbackSender } from './callback-sender.js';

/**
 * Calls the application at each URL in turn until one succeeds, without retries or redirects. Records every call in
 * the journal.
 * @returns the application's response, which the uploader receives unchanged
 * @throws OssRefusal CallbackFailed, for the last URL
 */
export async function callBack(order: CallbackOrder, sender: CallbackSender): Promise<Buffer> {
  const { requestId, parameters, operation, bucket, objectKey } = order;
  const attempts: CallbackAttempt[] = [];
  const target = { operation, bucket, objectKey, requestId };
  const faults = decideMessageFaults('callback', target, sender.faults);
  if (faults.names.length > 0)
    sender.logger.info({ requestId, faults: faults.names }, 'faults were applied to a callback');
  for (const url of parameters.urls) {
    const request = buildCallbackRequest(url, order, sender);
    const call = () => callOne(request, { sni: parameters.sni, faults }, sender);
    attempts.push(...(await Promise.all(faults.isDoubled ? [call(), call()] : [call()])));
    const failure = attempts.at(-1)?.failure;
    if (!failure || sender.closing.aborted) break;
    sender.logger.warn({ url: new URL(url).origin, requestId }, failure.message);
  }
  sender.journal.record(order, attempts, faults.names);
  const { answer, failure } = attempts.at(-1) ?? {};
  if (answer && !failure) return answer.body;
  throw failure ?? callbackFailed('Error status : -1.');
}

async function callOne(
  signed: OutgoingRequest,
  { sni, faults }: { readonly sni: boolean; readonly faults: MessageFaults },
  { callbackTimeoutMs, closing, overtaking }: CallbackSender,
): Promise<CallbackAttempt> {
  const request = faults.isCorrupted ? { ...signed, body: corruptBody(signed.body) } : signed;
  const startedAt = new Date();
  const startedAtMs = performance.now();
  const timeout = AbortSignal.timeout(callbackTimeoutMs);
  let answer: CallbackAnswer | null = null;
  let failure: OssRefusal | null;
  try {
    const signal = AbortSignal.any([timeout, closing]);
    if (faults.delayMs > 0) await pause(faults.delayMs, signal);
    if (faults.holdMs > 0) await overtaking.hold(faults.holdMs, signal);
    signal.throwIfAborted();
    if (faults.isDropped) throw new Unconnected('dropped by a fault of the emulator');
    const incoming = await sendOnce(request, sni, signal);
    if (faults.losesAnswer) {
      incoming.destroy();
      throw new Error('lost by a fault of the emulator');
    }
    const head = { status: incoming.statusCode ?? 0, headers: incoming.headers };
    answer = { ...head, body: Buffer.alloc(0) };
    const read = await readAnswer(incoming);
    answer = { ...head, body: read.body };
    failure = read.failure;
  } catch (error) {
    failure = timeout.aborted ? timedOut(request, callbackTimeoutMs) : unanswered(error, request);
  }
  if (!faults.isDropped) overtaking.sent();
  const durationMs = Math.round(performance.now() - startedAtMs);
  return { request, startedAt, durationMs, answer, failure };
}

function timedOut({ url }: OutgoingRequest, timeoutMs: number): OssRefusal {
  const limit = `${timeoutMs}ms`;
  return callbackFailed(
    `Error status : -1 ${new URL(url).host} reply timeout, cost:${limit}, timeout:${limit} (err -4, errno115)`,
  );
}

function unanswered(error: unknown, { url }: OutgoingRequest): OssRefusal {
  if (error instanceof Unconnected)
    return callbackFailed(
      `Error status : -1.OSS can not connect to your callbackUrl, please check it. (${new URL(url).host}: ${error.message})`,
    );
  if (codeOf(error) === 'HPE_INVALID_CONTENT_LENGTH')
    return callbackFailed('Error Status : 400.User server return invalid conent-length value.');
  // The connection broke, the response was not HTTP, or TLS failed (no SNI sent, or an untrusted certificate).
  return callbackFailed('Error status : 502.');
}
