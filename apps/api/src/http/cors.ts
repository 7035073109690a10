import type { FastifyInstance } from 'fastify';
import { pathOf } from './request-path.js';
import { protectAnswer } from './response-headers.js';

/** Request headers that a page may send. */
const requestHeaders =
  'authorization, content-type, idempotency-key, if-match, if-none-match, last-event-id, traceparent';
const methods = 'GET, POST, PATCH, DELETE';
/** Response headers that a page may read, in addition to the CORS-safelisted ones. */
const answerHeaders = 'allow, etag, idempotency-replayed, location, retry-after';
/** Browsers cap this value; Chromium at two hours. */
const preflightS = 7_200;

/**
 * Lets pages of these origins use /v1, without credentials, because there are no cookies. Media
 * streams are excluded: they set their own CORS headers, since any page may play them.
 */
export function allowOrigins(fastify: FastifyInstance, origins: readonly string[]): void {
  if (origins.length === 0) return;
  const allowed = new Set(origins);
  fastify.addHook('onRequest', (request, reply, done) => {
    const path = pathOf(request);
    if (!path.startsWith('/v1/') || path.startsWith('/v1/streams/')) return done();
    // Also on requests without an origin, or a cache would reuse their response for other origins.
    reply.header('vary', 'Origin');
    const { origin } = request.headers;
    if (origin === undefined || !allowed.has(origin)) return done();
    reply.header('access-control-allow-origin', origin);
    if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined) {
      reply.header('access-control-expose-headers', answerHeaders);
      return done();
    }
    protectAnswer(reply);
    reply
      .header('access-control-allow-methods', methods)
      .header('access-control-allow-headers', requestHeaders)
      .header('access-control-max-age', preflightS)
      .status(204)
      .send();
  });
}
