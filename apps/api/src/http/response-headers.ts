import { closedHeaders } from '#runtime';
import type { FastifyInstance, FastifyReply, onRequestHookHandler } from 'fastify';

declare module 'fastify' {
  interface FastifyInstance {
    /** `protectRoutes` adds it. */
    answerHeaders: AnswerHeaders;
  }
}

/** What every answer says beside its content. */
export type AnswerHeaders = Readonly<Record<string, string>>;

/** The page at /docs runs its own scripts, sets its own styles, and calls this API. */
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
 * Headers that close what is not needed, and forbid caching.
 * @param isSecure whether clients reach us by https, and by nothing else from then on
 */
export function answerHeadersFor(isSecure: boolean): AnswerHeaders {
  return {
    ...closedHeaders,
    ...(isSecure ? { 'strict-transport-security': `max-age=${oneYearS}` } : {}),
    'cache-control': 'no-store',
  };
}

/**
 * Has every route answer with these headers, unless it says something else itself. Only the 200 to OSS, which wants none of
 * it, stays as fast as it is: they would cost it 3 %. Call it before the routes are there.
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

/** The same for an answer where no route may be, and for a problem, which is never cached whatever its route allows. */
export function protectAnswer(reply: FastifyReply): void {
  void reply.headers(reply.server.answerHeaders);
}
