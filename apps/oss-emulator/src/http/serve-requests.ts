import type { Server, ServerOptions } from 'node:http';
import type { Duplex } from 'node:stream';
import type { EmulatorState } from '../state/emulator-state.js';
import { openExchange, type Exchange } from '../wire/exchange.js';
import { refusal } from '../wire/refusals.js';
import { answerRequest } from './answer-request.js';
import { refuseMalformed, refuseRaw } from './malformed-requests.js';

/**
 * Longer than `ali-oss` keeps an idle connection (15 s): it does not retry when the server has just closed the
 * connection.
 */
const idleTimeoutMs = 60_000;

/** Leaves room for more user metadata and a larger callback than OSS accepts, so that clients get OSS's own error. */
const maxHeaderBytes = 64 * 1024;

/** As lenient as OSS: its C SDK sends `Transfer-Encoding: chunked` and `Content-Length` in one request. */
export const serverOptions: ServerOptions = {
  insecureHTTPParser: true,
  // Node would refuse a request without a Host header with an empty body.
  requireHostHeader: false,
  keepAliveTimeout: idleTimeoutMs,
  maxHeaderSize: maxHeaderBytes,
};

/**
 * Answers all requests to the server.
 * @returns the responses still in progress; they may outlive their connections
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
  // By default Node answers 417 without a body. Expectations other than 100-continue are ignored.
  server.on('checkExpectation', (incoming, outgoing) => server.emit('request', incoming, outgoing));
  server.on('connect', (_, socket) => refuseRaw(socket, refusal('MethodNotAllowed', { Method: 'CONNECT' })));
  server.on('clientError', (error, socket) =>
    refuseMalformed(error, socket, latest.get(socket), state.logger),
  );
  return answers;
}
