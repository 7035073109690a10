import type { FastifyInstance, FastifyReply, onRequestHookHandler } from 'fastify';

/** What no answer is used for: to be shown in a frame, to run a script, to be taken for another type. */
const closed = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
};

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
 * Has every route answer with headers that close what is not needed, and forbid caching unless the
 * route itself allows it. Callbacks are answered to OSS, which wants none of it, and stay as fast as
 * they are. Call it before the routes are there.
 * @param isSecure whether clients reach us by https, and by nothing else from then on
 */
export function protectRoutes(fastify: FastifyInstance, isSecure: boolean): void {
  const always = isSecure ? { ...closed, 'strict-transport-security': `max-age=${oneYearS}` } : closed;
  const api = { ...always, 'cache-control': 'no-store' };
  const docs = { ...always, 'cache-control': 'no-cache', 'content-security-policy': docsPolicy };
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

/** A problem may be found where no route is: its answer is never cached, and never taken for another type. */
export function protectProblem(reply: FastifyReply): void {
  void reply.headers({ ...closed, 'cache-control': 'no-store' });
}
