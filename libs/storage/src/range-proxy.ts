import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { LandfallError } from '#runtime';
import type { ByteRange, ObjectStore } from './object-store.js';
import { readObjectRange, type ObjectVersion } from './read-object-range.js';

/** ffmpeg reads through one connection at a time; after a seek the old one lingers for a moment. */
const connectionsMax = 16;

/**
 * Gives a program on this machine access to one version of one object, without revealing store or
 * signature.
 */
export interface RangeProxy {
  readonly url: string;
  /** Aborts with the job, or with the store's error as its reason; pass it to the reader. */
  readonly signal: AbortSignal;
  /** Number of bytes received from the store so far. */
  readonly bytesRead: number;
}

/**
 * Serves one version of an object over HTTP on 127.0.0.1, by ranges, under an unguessable path.
 * Retries failures of the store; a permanent failure aborts `proxy.signal`, because its message
 * would not reach the job through ffmpeg. A reader that disconnects ends the request to the store
 * immediately.
 */
export async function serveObject(
  store: ObjectStore,
  object: ObjectVersion & { readonly sizeBytes: string | number | null },
  signal: AbortSignal,
): Promise<RangeProxy & AsyncDisposable> {
  signal.throwIfAborted();
  const sizeBytes = Number(object.sizeBytes ?? (await store.head(object, signal)).sizeBytes);
  const path = `/${randomBytes(16).toString('hex')}`;
  const failed = new AbortController();
  const ended = AbortSignal.any([signal, failed.signal]);
  let bytesRead = 0;

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    if (request.url !== path) return endWith(response, 404);
    if (request.method !== 'GET' && request.method !== 'HEAD') return endWith(response, 405);
    const range = readRange(request.headers.range, sizeBytes);
    if (!range) return endWith(response, 416, { 'content-range': `bytes */${sizeBytes}` });
    response.writeHead(request.headers.range ? 206 : 200, headersOf(range, sizeBytes, request.headers.range));
    if (request.method === 'HEAD') return response.end();
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const bytes = readObjectRange(store, object, range, AbortSignal.any([ended, gone.signal]));
    const count = async function* () {
      for await (const chunk of bytes) {
        bytesRead += chunk.length;
        yield chunk;
      }
    };
    await pipeline(count, response);
  };

  const server = createServer({ maxHeaderSize: 8_192 }, (request, response) => {
    answer(request, response).catch((error: unknown) => {
      // Anything else means that the reader disconnected or the job ended.
      if (error instanceof LandfallError) failed.abort(error);
      response.destroy();
    });
  });
  server.maxConnections = connectionsMax;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${path}`,
    signal: ended,
    get bytesRead() {
      return bytesRead;
    },
    async [Symbol.asyncDispose]() {
      failed.abort(new Error('the range proxy is closed'));
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/**
 * Runs work on an object through a range proxy, which is closed however the work ends.
 *
 * @throws the store's error (`object.changed`, `storage.unavailable`, …) instead of the reader's error
 */
export async function withRangeProxy<T>(
  store: ObjectStore,
  object: Parameters<typeof serveObject>[1],
  signal: AbortSignal,
  work: (url: string, proxy: RangeProxy) => Promise<T>,
): Promise<T> {
  await using proxy = await serveObject(store, object, signal);
  try {
    return await work(proxy.url, proxy);
  } finally {
    // A reader may mistake a broken connection for the end and report success.
    proxy.signal.throwIfAborted();
  }
}

function endWith(response: ServerResponse, status: number, headers: Record<string, string> = {}): void {
  response.writeHead(status, { ...headers, 'content-length': 0 }).end();
}

function headersOf({ first, last }: ByteRange, sizeBytes: number, asked: string | undefined) {
  return {
    'accept-ranges': 'bytes',
    'content-type': 'application/octet-stream',
    'content-length': last - first + 1,
    ...(asked && { 'content-range': `bytes ${first}-${last}/${sizeBytes}` }),
  };
}

/**
 * `bytes=7-`, `bytes=7-9`, or nothing for the whole object; null for a range that cannot be served.
 */
function readRange(header: string | undefined, sizeBytes: number): ByteRange | null {
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(header ?? 'bytes=0-') ?? [];
  if (from === undefined || to === undefined) return null;
  const first = Number(from);
  const last = Math.min(to === '' ? Infinity : Number(to), sizeBytes - 1);
  return first > last ? null : { first, last };
}
