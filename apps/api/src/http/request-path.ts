import type { FastifyRequest } from 'fastify';

/** Returns the path of a request without its query, which may contain a signature. */
export function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? '';
}
