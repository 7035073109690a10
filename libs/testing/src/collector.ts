import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { type ExportedSpan, readSpans } from '#local';
import { eventually } from './eventually.js';

/** A trace collector (OTLP over HTTP) that records its requests. */
export interface Collector extends AsyncDisposable {
  url: string;
  /** The environment with which a process exports its spans here. */
  env: Record<string, string>;
  requests: { headers: IncomingMessage['headers']; body: Buffer }[];
  /** Returns all spans received as JSON. */
  spans(): ExportedSpan[];
  /** Waits for a span that matches. */
  find(isWanted: (span: ExportedSpan) => boolean): Promise<ExportedSpan>;
}

/** Starts a collector on a free port. @param answer writes the response; by default 200 with `{}` */
export async function startCollector(
  answer: (response: ServerResponse) => void = (response) => response.writeHead(200).end('{}'),
): Promise<Collector> {
  const requests: Collector['requests'] = [];
  const take = async (request: IncomingMessage, response: ServerResponse) => {
    requests.push({ headers: request.headers, body: await buffer(request) });
    answer(response);
  };
  const server = createServer(
    (request, response) => void take(request, response).catch(() => response.destroy()),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const spans = () =>
    requests
      .filter(({ headers }) => headers['content-type'] === 'application/json')
      .flatMap(({ body }) => readSpans(body.toString()));
  return {
    url,
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' },
    requests,
    spans,
    find: (isWanted) => eventually(() => spans().find(isWanted)),
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
