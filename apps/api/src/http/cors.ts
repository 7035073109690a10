import type { FastifyInstance } from 'fastify';
import { pathOf } from './request-path.js';
import { protectAnswer } from './response-headers.js';

/** Headers that a page may send. */
const requestHeaders =
  'authorization, content-type, idempotency-key, if-match, if-none-match, last-event-id, traceparent';
const methods = 'GET, POST, PATCH, DELETE';
/** Headers that a page may read beside those that it always may. */
const answerHeaders = 'allow, etag, idempotency-replayed, location, retry-after';
/** Browsers cap it themselves, Chromium at two hours. */
const preflightS = 7_200;

/**
 * Lets pages of these origins use /v1. Nothing is allowed with cookies: there are none. Streams of
 * media answer for themselves: any page may play them.
 */
export function allowOrigins(fastify: FastifyInstance, origins: readonly string[]): void {
  if (origins.length === 0) return;
  const allowed = new Set(origins);
  fastify.addHook('onRequest', (request, reply, done) => {
    const path = pathOf(request);
    if (!path.startsWith('/v1/') || path.startsWith('/v1/streams/')) return done();
    // Also without an origin: what a cache keeps is not for all.
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
