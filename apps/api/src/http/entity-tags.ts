import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';

/**
 * The weak entity tag of an answer (RFC 9110, 8.8.3). Weak, because what is hashed need not be every
 * byte of it: signatures of URLs differ each time.
 * @param period names the time for which the answer may be kept, where it does not hold for ever
 */
export function entityTagOf(content: unknown, period?: string): string {
  const hash = createHash('sha256').update(JSON.stringify(content)).digest('base64url').slice(0, 27);
  return period === undefined ? `W/"${hash}"` : `W/"${hash}.${period}"`;
}

/** Sends the tag, and 304 if the client holds what it stands for. Returns whether it does: then send no body. */
export function isUnchanged(request: FastifyRequest, reply: FastifyReply, tag: string): boolean {
  void reply.header('etag', tag);
  const held = request.headers['if-none-match'];
  if (held === undefined || !isNamed(tag, held, (opaque) => opaque)) return false;
  void reply.status(304);
  return true;
}

/**
 * Whether a header If-Match names the content that a tag stands for, of whatever period. RFC 9110
 * (13.1.1) compares strongly, because other bytes may be another content; here the bytes that differ
 * are signatures, which nobody changes.
 */
export function namesContentOf(tag: string, header: string): boolean {
  return isNamed(tag, header, (opaque) => opaque.split('.', 1)[0]);
}

/** Whether a header names a tag, by the part of it that counts. `W/` never does: proxies make strong tags weak. */
function isNamed(tag: string, header: string, partOf: (opaque: string) => string | undefined): boolean {
  const parts = (text: string) =>
    Array.from(text.matchAll(/"([^"]*)"/g), ([, opaque = '']) => partOf(opaque));
  return header.trim() === '*' || parts(header).includes(parts(tag)[0]);
}
