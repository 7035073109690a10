import { invalidArgument, percentEncode } from '#oss';
import type { XmlElement } from './xml.js';

type Query = Readonly<Record<string, string>>;

/** Encodes keys as the client requested. */
export type Encode = (text: string) => string;

/**
 * Reads `encoding-type`.
 * @throws OssRefusal InvalidArgument
 */
export function readEncoding({ 'encoding-type': type }: Query): Encode {
  if (type === undefined || type === '') return (text) => text;
  if (type === 'url') return percentEncode;
  throw invalidArgument('Invalid Encoding Method specified in Request.', undefined, {
    ArgumentName: 'encoding-type',
    ArgumentValue: type,
  });
}

/** The element that reports the encoding of keys, if they are encoded. */
export function encodingElements(query: Query): XmlElement[] {
  return query['encoding-type'] ? [['EncodingType', 'url']] : [];
}

const maxPrefixBytes = 1024;

/**
 * Reads `prefix`.
 * @throws OssRefusal InvalidArgument
 */
export function readPrefix({ prefix = '' }: Query): string {
  if (Buffer.byteLength(prefix) <= maxPrefixBytes) return prefix;
  throw invalidArgument(`The prefix is longer than ${maxPrefixBytes} bytes.`, undefined, {
    ArgumentName: 'prefix',
  });
}

/**
 * Reads the page size, from 1 to 1000.
 * @throws OssRefusal InvalidArgument
 */
export function readLimit(query: Query, name: string, fallback: number): number {
  const text = query[name] ?? String(fallback);
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= 1000) return limit;
  throw invalidArgument(`Argument ${name} must be an integer between 1 and 1000.`, undefined, {
    ArgumentName: name,
    ArgumentValue: text,
  });
}

/** Takes the first page of a list and reports whether there is more. */
export function takePage<T>(entries: Iterable<T>, limit: number): { page: T[]; isTruncated: boolean } {
  const page: T[] = [];
  for (const entry of entries) {
    if (page.length === limit) return { page, isTruncated: true };
    page.push(entry);
  }
  return { page, isTruncated: false };
}
