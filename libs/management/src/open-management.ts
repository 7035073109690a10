import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { closedHeaders, type Config, LandfallError, type Logger, problemOf, toLandfallError } from '#runtime';
import { type Answer, managementPages, type Shown } from './management-pages.js';

/** Ample for health probes and a few Prometheus servers. */
const connectionsMax = 100;
const requestTimeoutMs = 5_000;
const headersMaxBytes = 8_192;
const methods = ['GET', 'HEAD'];

/** The management port of a process. */
export interface Management {
  /** URL on localhost; null if there is no management port. */
  readonly url: string | null;
  /** Closes the port and its connections immediately, as the last step of a shutdown. */
  close(): Promise<void>;
}

/**
 * Opens the management port; without a configured port it does nothing. Call it before anything that keeps the process alive,
 * so that the process exits if the port is taken. The port itself does not keep the process alive.
 * @throws LandfallError management.port_unusable
 */
export async function openManagement(
  { host, port }: Config<'management'>['management'],
  shown: Shown,
  logger: Logger,
): Promise<Management> {
  if (port === undefined) return { url: null, close: async () => {} };
  const pages = managementPages(shown);
  const server = createServer(
    { requestTimeout: requestTimeoutMs, headersTimeout: requestTimeoutMs, maxHeaderSize: headersMaxBytes },
    (request, response) => void answer(request, response),
  );
  server.maxConnections = connectionsMax;
  await listen(server, host, port);
  server.unref();
  const url = `http://localhost:${(server.address() as AddressInfo).port}`;
  logger.info({ url }, 'the management port is open');

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url?.split('?', 1)[0] ?? '';
    try {
      const page = pages.get(path);
      if (!page) throw new LandfallError('request.not_found', `there are ${[...pages.keys()].join(', ')}`);
      if (!methods.includes(request.method ?? ''))
        throw new LandfallError('request.method_not_allowed', `${request.method}; use ${methods.join(', ')}`);
      send(response, 200, await page());
    } catch (error) {
      sendProblem(response, error, path);
    }
  }

  function sendProblem(response: ServerResponse, thrown: unknown, path: string): void {
    const error = toLandfallError(thrown);
    const problem = problemOf(error.code, error.detail);
    if (problem.status === 500) logger.error({ err: error, path }, 'management request failed');
    if (problem.status === 503) response.setHeader('retry-after', '1');
    if (problem.status === 405) response.setHeader('allow', methods.join(', '));
    const body = JSON.stringify(problem);
    send(response, problem.status, { contentType: 'application/problem+json', body });
  }

  return {
    url,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Also for HEAD requests, whose body Node omits. */
function send(response: ServerResponse, status: number, { contentType, body }: Answer): void {
  response
    .writeHead(status, {
      ...closedHeaders,
      'cache-control': 'no-store',
      'content-type': contentType,
      'content-length': Buffer.byteLength(body),
    })
    .end(body);
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (cause) {
    const isTaken = (cause as NodeJS.ErrnoException).code === 'EADDRINUSE';
    const detail = isTaken
      ? `another program listens on port ${port} of ${host}; end it, or choose another MANAGEMENT_PORT`
      : `MANAGEMENT_HOST=${host} and MANAGEMENT_PORT=${port}: ${(cause as Error).message}`;
    throw new LandfallError('management.port_unusable', detail, { cause });
  }
}
