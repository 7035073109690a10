import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { TLSSocket, type TlsOptions } from 'node:tls';
import { afterAll, beforeAll, beforeEach } from 'vitest';

export interface ReceivedCall {
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** The name that TLS was given (SNI). */
  readonly serverName: string | undefined;
}

/** An application that OSS calls. */
export interface CallbackReceiver {
  /** Without a trailing slash. */
  readonly url: string;
  readonly port: number;
  /** The calls of this test. */
  readonly calls: readonly ReceivedCall[];
  /** How it answers in this test; at first `{"Status":"OK"}`. */
  answer: (response: ServerResponse) => unknown;
}

export const answerJson = (response: ServerResponse, body = '{"Status":"OK"}') =>
  response.writeHead(200, { 'content-length': Buffer.byteLength(body) }).end(body);

/** One for all tests of the file, reset before each of them; with TLS when that is given. */
export function useReceiver(tls?: TlsOptions): CallbackReceiver {
  const calls: ReceivedCall[] = [];
  const receive = (incoming: IncomingMessage, response: ServerResponse) =>
    void buffer(incoming).then((body) => {
      const { url: target = '', headers, socket } = incoming;
      // False when the client gave none.
      const serverName = (socket instanceof TLSSocket && socket.servername) || undefined;
      calls.push({ target, headers, body, serverName });
      receiver.answer(response);
    });
  const server = tls ? createSecureServer(tls, receive) : createServer(receive);
  const receiver: CallbackReceiver = {
    get url() {
      return `${tls ? 'https' : 'http'}://127.0.0.1:${receiver.port}`;
    },
    get port() {
      return (server.address() as AddressInfo).port;
    },
    calls,
    answer: answerJson,
  };
  beforeAll(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  beforeEach(() => {
    calls.length = 0;
    receiver.answer = answerJson;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  return receiver;
}

/** The value of `callback` or `callback-var`. */
export const encodeCallback = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64');
