import type { EventHeaders } from './headers.js';

export interface MnsRequest {
  /** In upper case. */
  readonly method: string;
  /** Path and query, as sent. */
  readonly target: string;
  readonly headers: EventHeaders;
}

/**
 * What SMQ (once MNS) signs, both of the requests it gets and of the pushes it sends: method,
 * Content-MD5, Content-Type, Date, the `x-mns-*` headers in the order of their names, and path and
 * query. A header that is missing is an empty line. The body is not part of it.
 */
export function mnsStringToSign({ method, target, headers }: MnsRequest): string {
  const plain = ['content-md5', 'content-type', 'date'].map((name) => `${headers[name]?.trim() ?? ''}\n`);
  const own = Object.keys(headers)
    .filter((name) => name.startsWith('x-mns-'))
    .toSorted()
    .map((name) => `${name}:${headers[name]?.trim() ?? ''}\n`);
  return `${method}\n${plain.join('')}${own.join('')}${target}`;
}
