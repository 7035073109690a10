import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { BucketAddress } from './bucket-address.js';

/** A request, its response and its id. */
export interface Exchange {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  /** 24 hex digits, upper-case. */
  readonly requestId: string;
  /** Arrival time on the clock of `performance.now()`. */
  readonly startedAtMs: number;
  readonly method: string;
  readonly host: string;
  /** Path as received, without the query. */
  readonly rawPath: string;
  /** Query parameters, decoded. */
  readonly query: Readonly<Record<string, string>>;
  /** Lower-case names, values read as UTF-8. */
  readonly headers: Readonly<Record<string, string | undefined>>;
}

/** A request whose bucket and key are known. */
export type AddressedExchange = Exchange & BucketAddress;

/** Reads the parts of a request that all operations need. */
export function openExchange(incoming: IncomingMessage, outgoing: ServerResponse): Exchange {
  const { authority, target } = readTarget(incoming.url ?? '/');
  const queryAt = target.indexOf('?');
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(incoming.headers)) {
    // Node decodes headers as Latin-1; clients send and sign UTF-8.
    if (value !== undefined) headers[name] = Buffer.from(String(value), 'latin1').toString('utf8');
  }
  return {
    incoming,
    outgoing,
    requestId: newRequestId(),
    startedAtMs: performance.now(),
    method: incoming.method ?? 'GET',
    host: authority ?? headers['host'] ?? '',
    rawPath: queryAt < 0 ? target : target.slice(0, queryAt),
    query: Object.fromEntries(new URLSearchParams(queryAt < 0 ? '' : target.slice(queryAt))),
    headers,
  };
}

export function newRequestId(): string {
  return randomBytes(12).toString('hex').toUpperCase();
}

/** A client that uses the emulator as a proxy sends an absolute URL, whose host takes precedence. */
function readTarget(url: string): { authority?: string | undefined; target: string } {
  const [, authority, target] = /^https?:\/\/([^/?]*)(.*)$/is.exec(url) ?? [];
  return target === undefined ? { target: url } : { authority, target: target.replace(/^(?!\/)/, '/') };
}

/** The headers of every response. */
export function commonHeaders({
  requestId,
  startedAtMs,
}: Pick<Exchange, 'requestId' | 'startedAtMs'>): Record<string, string> {
  return {
    server: 'AliyunOSS',
    'x-oss-request-id': requestId,
    'x-oss-server-time': String(Math.ceil(performance.now() - startedAtMs)),
  };
}
