import { OssRefusal, verifyRequest } from '#oss';
import { checkAnonymous } from '../access/anonymous-access.js';
import { readSecurityToken, secretFinder } from '../state/access-keys.js';
import { readAddresses, type BucketAddress } from '../wire/bucket-address.js';
import { answerMns, isMnsRequest } from '../events/queue/answer-mns.js';
import { certificatePaths } from '../events/signing/signing-keys.js';
import { callbackKeyPath } from '../callbacks/key.js';
import { allowOrigin, answerPreflight, corsOf } from './cors.js';
import type { EmulatorState } from '../state/emulator-state.js';
import type { AddressedExchange, Exchange } from '../wire/exchange.js';
import { sufferFaults } from '../faults/request-faults.js';
import { answerOwnPage } from '../pages/own-pages.js';
import { ownNamespace } from '../wire/own-namespace.js';
import { checkObjectKey } from '../store/object-key.js';
import { findOperation, findSubResource } from './find-operation.js';
import { operationName } from './operation-name.js';
import { postObject } from '../forms/post-object.js';
import { answerSts, isStsRequest } from '../sts/answer-sts.js';
import { badRequest, refusal } from '../wire/refusals.js';
import { send, sendRefusal } from '../wire/responses.js';

/** Answers one request; never rejects. */
export async function answerRequest(exchange: Exchange, state: EmulatorState): Promise<void> {
  const { outgoing, incoming, requestId, method, headers } = exchange;
  // oss2 may announce the body of a GET and send none, which would corrupt the next request on the connection.
  if (['GET', 'HEAD'].includes(method) && Number(headers['content-length'] ?? 0) > 0)
    outgoing.setHeader('connection', 'close');
  try {
    await route(exchange, state);
  } catch (error) {
    if (incoming.destroyed && !incoming.complete) {
      state.logger.info({ requestId, method }, 'the client aborted its request');
      outgoing.destroy();
    } else if (outgoing.headersSent) {
      state.logger.info({ requestId, method, err: error }, 'the answer was aborted');
      outgoing.destroy();
    } else if (error instanceof OssRefusal) {
      logRefusal(exchange, error, state);
      sendRefusal(exchange, error);
    } else {
      state.logger.error({ requestId, method, err: error }, 'request failed');
      sendRefusal(exchange, refusal('InternalError'));
    }
  }
  state.logger.debug({ requestId, method, path: exchange.rawPath, status: outgoing.statusCode }, 'answered');
}

/** 404 is routine, so it is logged at debug level only. */
function logRefusal(
  { requestId, method, host, rawPath }: Exchange,
  refused: OssRefusal,
  { logger }: EmulatorState,
): void {
  const { status, code, ec, message } = refused;
  const line = { requestId, method, host, path: rawPath.slice(0, 1100), status, code, ec };
  logger[status === 404 ? 'debug' : 'info'](line, message.slice(0, 500));
}

async function route(exchange: Exchange, state: EmulatorState): Promise<void> {
  const { method, rawPath, host, query } = exchange;
  checkFraming(exchange);
  const addresses = readAddresses(host, rawPath, state);
  const [first] = addresses;
  const pem = method === 'GET' && first?.objectKey === '' ? pemAt(rawPath, state) : undefined;
  if (pem) return send(exchange, 200, { 'content-type': 'application/x-pem-file' }, pem);
  if (isStsRequest(exchange, first)) return answerSts(exchange, state);
  if (first && isMnsRequest(first)) {
    const findSecret = secretFinder(state.keys, exchange.headers['security-token'], new Date());
    return answerMns({ ...exchange, ...first }, { ...state, findSecret });
  }
  if (first?.bucket === ownNamespace) return answerOwnPage({ ...exchange, ...first }, state);
  // Only from here on: pages of other origins must not read the emulator's own pages.
  const cors = corsOf(first?.bucket ?? '', state.buckets);
  if (method === 'OPTIONS') {
    if (first?.bucket) state.buckets.get(first.bucket);
    return answerPreflight(exchange, cors);
  }
  allowOrigin(exchange, cors);
  // A form carries its own signature.
  if (method === 'POST' && first?.bucket && first.objectKey === '' && findSubResource(query) === '')
    return postObject({ ...exchange, ...first }, state);
  const addressed = authenticate(exchange, addresses, state);
  if (addressed.objectKey) checkObjectKey(addressed.objectKey);
  const operation = findOperation(addressed);
  if (await sufferFaults(addressed, operationName(addressed), state)) await operation(addressed, state);
}

/** The key or certificate at a path, which receivers of callbacks and events fetch. */
function pemAt(path: string, { callbackKey, events }: EmulatorState): string | undefined {
  return {
    [callbackKeyPath]: callbackKey.publicKeyPem,
    [certificatePaths.smq]: events.keys.smq.certificatePem,
    [certificatePaths.eventbridge]: events.keys.eventbridge.certificatePem,
  }[path];
}

/**
 * Refuses requests that the lenient parser accepts but that are not valid HTTP/1.1.
 * @throws OssRefusal
 */
function checkFraming({ incoming, host, headers }: Exchange): void {
  if (host === '' && incoming.httpVersion !== '1.0') throw badRequest('The request has no Host header.');
  const coding = headers['transfer-encoding'];
  if (coding !== undefined && !/(^|,\s*)chunked\s*$/i.test(coding))
    throw refusal('NotImplemented', { Header: 'Transfer-Encoding' });
}

/**
 * Returns the interpretation of the address for which the signature is valid or anonymous access is allowed.
 * @throws OssRefusal
 */
function authenticate(
  exchange: Exchange,
  addresses: readonly BucketAddress[],
  { buckets, keys, region }: EmulatorState,
): AddressedExchange {
  const now = new Date();
  const rules = { findSecret: secretFinder(keys, readSecurityToken(exchange), now), region, now };
  let failure: unknown;
  for (const address of addresses) {
    const addressed = { ...exchange, ...address };
    try {
      if (verifyRequest(addressed, rules)) return addressed;
      checkAnonymous(addressed, findSubResource(exchange.query), buckets);
      return addressed;
    } catch (error) {
      failure = error;
    }
  }
  // OSS looks up the bucket before the access key.
  const [first] = addresses;
  const isNew = exchange.method === 'PUT' && first?.objectKey === '';
  if (first?.bucket && !isNew && failure instanceof OssRefusal && failure.code === 'InvalidAccessKeyId')
    buckets.get(first.bucket);
  throw failure ?? refusal('InternalError');
}
