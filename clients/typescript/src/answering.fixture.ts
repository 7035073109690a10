import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** How to respond: with a response or a stream, by breaking the connection, never, or with the headers alone. */
export type Manner =
  | { status: number; body: string; headers?: Record<string, string> }
  | { stream: string; finally: 'end' | 'break' | 'hold' }
  | 'break'
  | 'silent'
  | 'headOnly';

export interface Answering extends AsyncDisposable {
  readonly url: string;
  readonly requests: { method: string; url: string; headers: IncomingHttpHeaders; body: string }[];
  /** Resolves when this many requests have arrived. */
  arrived(count: number): Promise<void>;
  /** Resolves when this many responses have been closed, by the client or the server. */
  closed(count: number): Promise<void>;
  /** Resolves when no request is in progress. */
  idle(): Promise<void>;
}

/** Manners in request order or, by path, in the order of its requests; the last one of a path repeats. */
type Manners = readonly Manner[] | Readonly<Record<string, readonly Manner[]>>;

/** A server that responds as instructed, to simulate bad networks and bad servers. */
export async function startAnswering(manners: Manners): Promise<Answering> {
  const requests: Answering['requests'] = [];
  const countOf = (path: string) => requests.filter(({ url }) => url.split('?', 1)[0] === path).length;
  const counts = { arrived: 0, closed: 0 };
  const waiting: { isOver: () => boolean; resolve: () => void }[] = [];
  const until = (isOver: () => boolean) =>
    new Promise<void>((resolve) => (isOver() ? resolve() : waiting.push({ isOver, resolve })));
  const count = (what: keyof typeof counts) => {
    counts[what] += 1;
    for (const one of waiting) if (one.isOver()) one.resolve();
  };
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const manner = choose(manners, request.url?.split('?', 1)[0] ?? '', { all: requests.length, countOf });
    requests.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body });
    count('arrived');
    response.once('close', () => count('closed'));
    answer(response, manner);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    arrived: (wanted) => until(() => counts.arrived >= wanted),
    closed: (wanted) => until(() => counts.closed >= wanted),
    idle: () => until(() => counts.closed === counts.arrived),
    async [Symbol.asyncDispose]() {
      if (!server.listening) return;
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function choose(
  manners: Manners,
  path: string,
  { all, countOf }: { all: number; countOf: (path: string) => number },
): Manner {
  const none: Manner = { status: 599, body: 'no answer is left' };
  if (Array.isArray(manners)) return (manners as Manner[])[all] ?? none;
  const ofPath = (manners as Record<string, readonly Manner[]>)[path] ?? [];
  return ofPath[countOf(path)] ?? ofPath.at(-1) ?? none;
}

function answerStream(
  response: ServerResponse,
  { stream, finally: end }: { stream: string; finally: string },
): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(stream, () => {
    if (end === 'end') response.end();
    else if (end === 'break') response.destroy();
  });
}

function answer(response: ServerResponse, manner: Manner): void {
  if (typeof manner === 'object' && 'stream' in manner) answerStream(response, manner);
  else if (manner === 'break') response.destroy();
  else if (manner === 'headOnly') response.writeHead(200).flushHeaders();
  else if (manner !== 'silent')
    response
      .writeHead(manner.status, { 'content-type': 'application/json', ...manner.headers })
      .end(manner.body);
}
