import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** An answer, or another manner: break the connection, never answer, or send nothing but the head. */
export type Manner =
  | { status: number; body: string; headers?: Record<string, string> }
  | 'break'
  | 'silent'
  | 'headOnly';

export interface Answering extends AsyncDisposable {
  readonly url: string;
  readonly requests: { method: string; url: string; headers: IncomingHttpHeaders; body: string }[];
  /** Resolves when this many requests have arrived. */
  arrived(count: number): Promise<void>;
}

/** A server that answers one request after the other as it is told to: bad networks and bad servers. */
export async function startAnswering(manners: readonly Manner[]): Promise<Answering> {
  const requests: Answering['requests'] = [];
  const waiting: { count: number; resolve: () => void }[] = [];
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const manner = manners[requests.length] ?? { status: 599, body: 'no answer is left' };
    requests.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body });
    for (const one of waiting) if (one.count <= requests.length) one.resolve();
    answer(response, manner);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    arrived: (count) =>
      new Promise((resolve) => (requests.length >= count ? resolve() : waiting.push({ count, resolve }))),
    async [Symbol.asyncDispose]() {
      if (!server.listening) return;
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function answer(response: ServerResponse, manner: Manner): void {
  if (manner === 'break') response.destroy();
  else if (manner === 'headOnly') response.writeHead(200).flushHeaders();
  else if (manner !== 'silent')
    response
      .writeHead(manner.status, { 'content-type': 'application/json', ...manner.headers })
      .end(manner.body);
}
