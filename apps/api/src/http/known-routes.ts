import createRouter, { type HTTPMethod } from 'find-my-way';
import type { FastifyInstance } from 'fastify';

declare module 'fastify' {
  interface FastifyInstance {
    /** The methods with which a path is answered, in alphabetical order; `knowRoutes` adds it. */
    methodsOf(path: string): string[];
  }
}

/**
 * Lets the instance say which methods a path has. Its router answers that for patterns of routes
 * alone, so a second one of the same kind learns the same routes. Call it before they are there.
 */
export function knowRoutes(fastify: FastifyInstance): void {
  const router = createRouter();
  const methods = new Set<HTTPMethod>();
  fastify.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat() as HTTPMethod[]) {
      methods.add(one);
      // Fastify itself is told of a route HEAD twice.
      if (!router.hasRoute(one, url)) router.on(one, url, () => undefined);
    }
  });
  fastify.decorate('methodsOf', (path) =>
    [...methods].filter((method) => router.find(method, path) !== null).toSorted(),
  );
}
