import type { Server, ServerOptions } from 'node:http';
import type { Duplex } from 'node:stream';
import type { EmulatorState } from '../state/emulator-state.js';
import { openExchange, type Exchange } from '../wire/exchange.js';
import { refusal } from '../wire/refusals.js';
import { answerRequest } from './answer-request.js';
import { refuseMalformed, refuseRaw } from './malformed-requests.js';

/**
 * Longer than `ali-oss` keeps an idle connection (15 s): it does not retry if we have just closed
 * the connection.
 */
const idleTimeoutMs = 60_000;

/** Room for user metadata and a callback of more than OSS takes, so that OSS's own refusal is told. */
const maxHeaderBytes = 64 * 1024;

/**
 * As lenient as OSS: its SDK for C sends `Transfer-Encoding: chunked` and `Content-Length` in one
 * request.
 */
export const serverOptions: ServerOptions = {
  insecureHTTPParser: true,
  // Node would refuse it without a body.
  requireHostHeader: false,
  keepAliveTimeout: idleTimeoutMs,
  maxHeaderSize: maxHeaderBytes,
};

/**
 * Answers whatever comes to the server.
 * @returns the answers that are not complete yet; they may outlive their connections
 */
export function serveRequests(server: Server, state: EmulatorState): ReadonlySet<Promise<void>> {
  const answers = new Set<Promise<void>>();
  const latest = new WeakMap<Duplex, Exchange>();
  server.on('request', (incoming, outgoing) => {
    const exchange = openExchange(incoming, outgoing);
    latest.set(incoming.socket, exchange);
    const answer = answerRequest(exchange, state).finally(() => answers.delete(answer));
    answers.add(answer);
  });
  // Node would answer 417, also without a body. Expectations other than 100-continue are ignored.
  server.on('checkExpectation', (incoming, outgoing) => server.emit('request', incoming, outgoing));
  server.on('connect', (_, socket) => refuseRaw(socket, refusal('MethodNotAllowed', { Method: 'CONNECT' })));
  server.on('clientError', (error, socket) =>
    refuseMalformed(error, socket, latest.get(socket), state.logger),
  );
  return answers;
}
