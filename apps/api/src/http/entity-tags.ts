import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';

/**
 * The weak entity tag of an answer (RFC 9110, 8.8.3). Weak, because what is hashed need not be every
 * byte of it: signatures of URLs differ each time.
 */
export function entityTagOf(content: unknown): string {
  return `W/"${createHash('sha256').update(JSON.stringify(content)).digest('base64url').slice(0, 27)}"`;
}

/** Sends the tag, and 304 if the client holds what it stands for. Returns whether it does: then send no body. */
export function isUnchanged(request: FastifyRequest, reply: FastifyReply, tag: string): boolean {
  void reply.header('etag', tag);
  const held = request.headers['if-none-match'];
  if (held === undefined || !holds(held, tag)) return false;
  void reply.status(304);
  return true;
}

/** Whether a header If-None-Match names the tag. Tags are compared weakly: proxies make strong ones weak. */
function holds(header: string, tag: string): boolean {
  if (header.trim() === '*') return true;
  const opaque = tag.slice('W/'.length);
  const named: string[] = header.match(/"[^"]*"/g) ?? [];
  return named.includes(opaque);
}
