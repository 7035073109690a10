import { closedHeaders } from '#runtime';
import type { FastifyInstance, FastifyReply, onRequestHookHandler } from 'fastify';

declare module 'fastify' {
  interface FastifyInstance {
    /** Added by `protectRoutes`. */
    answerHeaders: AnswerHeaders;
  }
}

/** Security and caching headers of every response. */
export type AnswerHeaders = Readonly<Record<string, string>>;

/** Content-Security-Policy of /docs, which runs its own scripts, uses inline styles and calls this API. */
const docsPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const oneYearS = 31_536_000;

/**
 * Returns headers that disable browser features not needed here, and forbid caching.
 * @param isSecure whether the public URL uses https; adds HSTS
 */
export function answerHeadersFor(isSecure: boolean): AnswerHeaders {
  return {
    ...closedHeaders,
    ...(isSecure ? { 'strict-transport-security': `max-age=${oneYearS}` } : {}),
    'cache-control': 'no-store',
  };
}

/**
 * Adds these headers to the responses of every route, which may override them. Successful callback responses are exempt: OSS
 * does not need the headers, and they would cost 3 % of the throughput. Call it before routes are added.
 */
export function protectRoutes(fastify: FastifyInstance, api: AnswerHeaders): void {
  const docs = { ...api, 'cache-control': 'no-cache', 'content-security-policy': docsPolicy };
  fastify.decorate('answerHeaders', api);
  fastify.addHook('onRoute', (route) => {
    if (/^\/callbacks(\/|$)/.test(route.url)) return;
    const headers = /^\/docs([/-]|$)/.test(route.url) ? docs : api;
    const add: onRequestHookHandler = (_request, reply, done) => {
      void reply.headers(headers);
      done();
    };
    route.onRequest = [add, ...[route.onRequest ?? []].flat()];
  });
}

/** Sets the same headers on responses without a route, and on problems, which must not be cached even if their route may. */
export function protectAnswer(reply: FastifyReply): void {
  void reply.headers(reply.server.answerHeaders);
}
