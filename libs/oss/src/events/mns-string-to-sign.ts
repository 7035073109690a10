import type { EventHeaders } from './headers.js';

export interface MnsRequest {
  /** Upper case. */
  readonly method: string;
  /** Path and query as sent. */
  readonly target: string;
  readonly headers: EventHeaders;
}

/**
 * The string to sign of SMQ (formerly MNS), for requests to it and for its pushes: method, Content-MD5, Content-Type,
 * Date, the sorted `x-mns-*` headers, then path and query. A missing header is an empty line. The body is not covered.
 */
export function mnsStringToSign({ method, target, headers }: MnsRequest): string {
  const plain = ['content-md5', 'content-type', 'date'].map((name) => `${headers[name]?.trim() ?? ''}\n`);
  const own = Object.keys(headers)
    .filter((name) => name.startsWith('x-mns-'))
    .toSorted()
    .map((name) => `${name}:${headers[name]?.trim() ?? ''}\n`);
  return `${method}\n${plain.join('')}${own.join('')}${target}`;
}
