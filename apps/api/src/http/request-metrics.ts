import { histogram } from '#runtime';
import type { FastifyInstance, onResponseHookHandler } from 'fastify';

const durations = histogram(
  'landfall_http_request_seconds',
  'Duration of requests to the api by method, route and status; excludes callbacks and /v1/events',
  [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  ['method', 'route', 'status'],
);

/** Callbacks have their own metrics and a tight time budget; the duration of /v1/events depends on how long readers wait. */
const uncounted = /^\/(callbacks\/|v1\/events)/;

/** Measures the request durations of every route. Call it before routes are added. */
export function measureRequests(fastify: FastifyInstance): void {
  fastify.addHook('onRoute', (route) => {
    if (uncounted.test(route.url)) return;
    const observe: onResponseHookHandler = ({ method }, { statusCode, elapsedTime }, done) => {
      durations.observe({ method, route: route.url, status: String(statusCode) }, elapsedTime / 1_000);
      done();
    };
    route.onResponse = [observe, ...[route.onResponse ?? []].flat()];
  });
}
