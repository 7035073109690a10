import { once } from 'node:events';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { readRange } from '../wire/byte-range.js';
import { meetsConditions } from '../wire/conditions.js';
import type { EmulatorState } from '../state/emulator-state.js';
import { commonHeaders, type AddressedExchange } from '../wire/exchange.js';
import { send, toLatin1 } from '../wire/responses.js';
import { objectHeaders, versionHeaders } from '../store/stored-object.js';
import { compressedHeaders } from './compression.js';
import { checkReadable, findRequested, followLink } from '../lookup/find-object.js';
import { responseOverrides } from './response-overrides.js';

/** `GET /key` and `HEAD /key` */
export async function getObject(exchange: AddressedExchange, state: EmulatorState): Promise<void> {
  const { headers, query, outgoing, method } = exchange;
  const bucket = state.buckets.get(exchange.bucket);
  const object = followLink(bucket, findRequested(exchange, bucket));
  if (method === 'GET') checkReadable(object);
  const answered = {
    ...objectHeaders(object),
    ...versionHeaders(bucket, object),
    ...responseOverrides(query),
  };
  if (!meetsConditions(headers, object)) return send(exchange, 304, answered);
  const standard = headers['x-oss-range-behavior'] === 'standard';
  const range = readRange(headers['range'], object.sizeBytes, standard);
  const { start, end } = range ?? { start: 0, end: object.sizeBytes - 1 };
  const compressed = compressedHeaders(headers, answered, object.sizeBytes);
  // Appended to a Vary header that CORS may have set.
  if (compressed) outgoing.appendHeader('vary', 'Accept-Encoding');
  const head = {
    ...commonHeaders(exchange),
    ...toLatin1(compressed ?? answered),
    ...(!compressed && { 'content-length': end - start + 1 }),
    ...(range && { 'content-range': `bytes ${start}-${end}/${object.sizeBytes}` }),
  };
  const status = range ? 206 : 200;
  if (method === 'HEAD' || object.sizeBytes === 0) {
    outgoing.writeHead(status, head);
    outgoing.end();
    return;
  }
  const bytes = bucket.objects.open(object);
  if (!bytes) return getObject(exchange, state);
  try {
    const stream = bytes.read({ start, end });
    // Waits for the first bytes before sending the status, so that a read error can still be reported.
    await once(stream, 'readable');
    outgoing.writeHead(status, head);
    await (compressed ? pipeline(stream, createGzip(), outgoing) : pipeline(stream, outgoing));
  } finally {
    await bytes.close();
  }
}

/** `HEAD /key?objectMeta` */
export function getObjectMeta(exchange: AddressedExchange, state: EmulatorState): void {
  const bucket = state.buckets.get(exchange.bucket);
  const object = followLink(bucket, findRequested(exchange, bucket));
  const {
    etag = '',
    'last-modified': modified = '',
    'x-oss-hash-crc64ecma': crc64 = '',
  } = objectHeaders(object);
  exchange.outgoing.writeHead(200, {
    ...commonHeaders(exchange),
    etag,
    'last-modified': modified,
    'x-oss-hash-crc64ecma': crc64,
    ...versionHeaders(bucket, object),
    'content-length': object.sizeBytes,
  });
  exchange.outgoing.end();
}
