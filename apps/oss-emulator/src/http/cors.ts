import { OssRefusal } from '#oss';
import { findRule, readCors, type CorsConfiguration, type CorsRule } from '../settings/cors-rules.js';
import type { Buckets } from '../store/buckets.js';
import type { Exchange } from '../wire/exchange.js';
import { badRequest } from '../wire/refusals.js';
import { send } from '../wire/responses.js';

/** Used for buckets without CORS rules: allows every origin, method and header, whereas OSS would allow none. */
const permissive: CorsRule = {
  origins: ['*'],
  methods: ['GET', 'PUT', 'POST', 'DELETE', 'HEAD'],
  headers: ['*'],
  exposed: ['ETag', 'x-oss-request-id', 'x-oss-hash-crc64ecma', 'x-oss-ec'],
  maxAgeS: '600',
};

/** The CORS rules of a bucket; permissive ones if the bucket does not exist or has none. */
export function corsOf(bucket: string, buckets: Buckets): CorsConfiguration {
  const text = settingsOf(bucket, buckets)['cors'];
  return text === undefined ? { rules: [permissive], variesByOrigin: false } : readCors(text);
}

/** Empty for a bucket that does not exist; the operation refuses it later. */
function settingsOf(bucket: string, buckets: Buckets): Readonly<Record<string, string>> {
  try {
    return buckets.get(bucket).settings;
  } catch (error) {
    if (error instanceof OssRefusal) return {};
    throw error;
  }
}

/** Sets the CORS response headers that the rules allow for this origin; none without an Origin header. */
export function allowOrigin({ headers, method, outgoing }: Exchange, cors: CorsConfiguration): void {
  const { origin } = headers;
  if (cors.variesByOrigin) outgoing.setHeader('vary', 'Origin');
  const rule = origin === undefined ? undefined : findRule(cors, origin, method);
  for (const [name, value] of Object.entries(rule ? originHeaders(rule, origin ?? '') : {}))
    outgoing.setHeader(name, value);
}

/** `OPTIONS` */
export function answerPreflight(exchange: Exchange, cors: CorsConfiguration): void {
  const { origin } = exchange.headers;
  const method = exchange.headers['access-control-request-method'];
  if (!origin) throw badRequest('Insufficient information. Origin request header needed.');
  if (!method)
    throw badRequest('Insufficient information. Access-Control-Request-Method request header needed.');
  const wanted = exchange.headers['access-control-request-headers'] ?? '';
  const headers = wanted
    .split(',')
    .map((header) => header.trim())
    .filter(Boolean);
  const rule = findRule(cors, origin, method, headers);
  if (!rule)
    throw new OssRefusal(
      403,
      'AccessForbidden',
      'CORSResponse: This CORS request is not allowed: no rule of the bucket has this origin, method and these headers.',
    );
  send(exchange, 200, {
    ...originHeaders(rule, origin),
    'access-control-allow-methods': rule.methods.join(', '),
    ...(wanted && { 'access-control-allow-headers': wanted }),
    ...(rule.maxAgeS !== undefined && { 'access-control-max-age': rule.maxAgeS }),
  });
}

function originHeaders({ origins, exposed }: CorsRule, origin: string): Record<string, string> {
  return {
    'access-control-allow-origin': origins.includes('*') ? '*' : origin,
    ...(exposed.length > 0 && { 'access-control-expose-headers': exposed.join(', ') }),
  };
}
