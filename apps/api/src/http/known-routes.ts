import createRouter, { type HTTPMethod } from 'find-my-way';
import type { FastifyInstance } from 'fastify';

declare module 'fastify' {
  interface FastifyInstance {
    /** Returns the methods that a path supports, in alphabetical order. Added by `knowRoutes`. */
    methodsOf(path: string): string[];
  }
}

/**
 * Adds `methodsOf` to the instance. Fastify can look up methods only by route pattern, not by path, so
 * a second router of the same kind registers the same routes. Call it before routes are added.
 */
export function knowRoutes(fastify: FastifyInstance): void {
  const router = createRouter();
  const methods = new Set<HTTPMethod>();
  fastify.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat() as HTTPMethod[]) {
      methods.add(one);
      // Fastify calls this hook twice for an implicit HEAD route.
      if (!router.hasRoute(one, url)) router.on(one, url, () => undefined);
    }
  });
  fastify.decorate('methodsOf', (path) =>
    [...methods].filter((method) => router.find(method, path) !== null).toSorted(),
  );
}
