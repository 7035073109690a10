import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { testCertificate } from '../fixtures/test-certificate.fixture.js';
import { checkedAgent } from '../network/checked-agent.js';
import { urlRulesOf } from '../network/url-rules.js';
import { newSecret } from '../signing/secrets.js';
import { type AttemptResult, send } from './send.js';

/** A server on a free port of 127.0.0.1. */
export interface Receiver extends AsyncDisposable {
  port: number;
  url: string;
}

async function listen(server: Server, scheme: 'http' | 'https'): Promise<Receiver> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `${scheme}://127.0.0.1:${port}/hook`,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

export const receiver = (answer: RequestListener) => listen(createServer(answer), 'http');
export const tlsReceiver = (answer: RequestListener) =>
  listen(createTlsServer(testCertificate, answer), 'https');
/** A receiver with a custom connection handler. */
export const rawReceiver = (meet: (socket: Socket) => void) => listen(createTcpServer(meet), 'http');

export const secret = newSecret('hmac');

/** Options of `sendTo`. */
export interface Sending {
  allow?: readonly string[];
  ports?: readonly number[];
  dnsServers?: readonly string[];
  timeoutMs?: number;
  connectTimeoutMs?: number;
  signal?: AbortSignal;
}

/** Sends a small event. By default, local addresses are allowed. */
export async function sendTo(
  url: string,
  {
    allow = ['127.0.0.0/8'],
    ports = [443],
    dnsServers = [],
    timeoutMs = 5_000,
    connectTimeoutMs = 3_000,
    signal = new AbortController().signal,
  }: Sending = {},
): Promise<AttemptResult> {
  const rules = urlRulesOf({ allow, ports });
  const dispatcher = checkedAgent(rules.addresses, { connectTimeoutMs, dnsServers });
  const outgoing = {
    url,
    secrets: [{ secret, expiresAt: null }],
    eventId: '0198b0a0-0000-7000-8000-000000000000',
    body: '{"type":"upload.ready"}',
  };
  try {
    return await send(outgoing, { rules, dispatcher, timeoutMs }, signal);
  } finally {
    await dispatcher.destroy();
  }
}
