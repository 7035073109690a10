import type { FastifyRequest } from 'fastify';

/** The path of a request alone: a query may hold a signature. */
export function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? '';
}
