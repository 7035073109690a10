import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { OssRefusal } from '#oss';
import { pause } from '#runtime';
import type { CallbackAttempt, CallbackOrder, CallbackRequest } from './attempt.js';
import { corruptBody, decideCallbackFaults, type CallbackFaults } from './callback-faults.js';
import { callbackFailed, readAnswer, type CallbackAnswer } from './answer.js';
import { buildCallbackRequest } from './request.js';
import type { CallbackSender } from './callback-sender.js';

/**
 * Calls the application at one URL after the other until one succeeds, without retries or
 * redirects. The journal records every call.
 * @returns the application's answer, which the uploader receives unchanged
 * @throws OssRefusal CallbackFailed, for the last URL
 */
export async function callBack(order: CallbackOrder, sender: CallbackSender): Promise<Buffer> {
  const { requestId, parameters } = order;
  const attempts: CallbackAttempt[] = [];
  const faults = decideCallbackFaults(order, sender.faults);
  if (faults.names.length > 0)
    sender.logger.info({ requestId, faults: faults.names }, 'faults were applied to a callback');
  for (const url of parameters.urls) {
    const request = buildCallbackRequest(url, order, sender);
    const call = () => callOne(request, { sni: parameters.sni, faults }, sender);
    attempts.push(
      ...(await Promise.all(faults.names.includes('callback.duplicate') ? [call(), call()] : [call()])),
    );
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
  signed: CallbackRequest,
  { sni, faults }: { readonly sni: boolean; readonly faults: CallbackFaults },
  { callbackTimeoutMs, closing }: CallbackSender,
): Promise<CallbackAttempt> {
  const request = faults.names.includes('callback.corrupt')
    ? { ...signed, body: corruptBody(signed.body) }
    : signed;
  const startedAt = new Date();
  const startedAtMs = performance.now();
  const timeout = AbortSignal.timeout(callbackTimeoutMs);
  let answer: CallbackAnswer | null = null;
  let failure: OssRefusal | null;
  try {
    const signal = AbortSignal.any([timeout, closing]);
    if (faults.delayMs > 0) await pause(faults.delayMs, signal);
    signal.throwIfAborted();
    if (faults.names.includes('callback.drop')) throw new Unconnected('dropped by a fault of the emulator');
    const incoming = await sendOnce(request, sni, signal);
    if (faults.names.includes('callback.loseAnswer')) {
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
  const durationMs = Math.round(performance.now() - startedAtMs);
  return { request, startedAt, durationMs, answer, failure };
}

/** The connection was never established. */
class Unconnected extends Error {
  override readonly name = 'Unconnected';
}

/** @throws Unconnected, and other errors of the connection */
function sendOnce(
  { url, method, target, headers, body }: CallbackRequest,
  sni: boolean,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const { protocol, hostname, port } = new URL(url);
  const options = { method, hostname, port, path: target, headers, agent: false as const, signal };
  return new Promise((resolve, reject) => {
    const request =
      protocol === 'https:'
        ? // Without callbackSNI, OSS names no server; with it, the one of the Host header. Certificates are checked, to be on
          // the safe side: OSS says nothing of them. NODE_EXTRA_CA_CERTS makes one's own known.
          requestHttps({ ...options, ...(!sni && { servername: '' }) }, resolve)
        : requestHttp(options, resolve);
    let connected = false;
    request.on('socket', (socket) => socket.once('connect', () => (connected = true)));
    request.on('error', (cause) =>
      reject(connected ? cause : new Unconnected(codeOf(cause) ?? cause.message, { cause })),
    );
    request.end(body);
  });
}

function timedOut({ url }: CallbackRequest, timeoutMs: number): OssRefusal {
  const limit = `${timeoutMs}ms`;
  return callbackFailed(
    `Error status : -1 ${new URL(url).host} reply timeout, cost:${limit}, timeout:${limit} (err -4, errno115)`,
  );
}

function unanswered(error: unknown, { url }: CallbackRequest): OssRefusal {
  if (error instanceof Unconnected)
    return callbackFailed(
      `Error status : -1.OSS can not connect to your callbackUrl, please check it. (${new URL(url).host}: ${error.message})`,
    );
  if (codeOf(error) === 'HPE_INVALID_CONTENT_LENGTH')
    return callbackFailed('Error Status : 400.User server return invalid conent-length value.');
  // The connection broke, the answer was not HTTP, or TLS failed: no server name sent, or an
  // untrusted certificate.
  return callbackFailed('Error status : 502.');
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}
