import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';

/**
 * Returns the weak entity tag of a response (RFC 9110, 8.8.3). Weak, because the hash need not cover
 * every byte: URL signatures differ each time.
 * @param period names the validity period of a response that expires, and becomes part of the tag
 */
export function entityTagOf(content: unknown, period?: string): string {
  const hash = createHash('sha256').update(JSON.stringify(content)).digest('base64url').slice(0, 27);
  return period === undefined ? `W/"${hash}"` : `W/"${hash}.${period}"`;
}

/** Sets the ETag header, and status 304 if If-None-Match matches. Returns whether it does; then send no body. */
export function isUnchanged(request: FastifyRequest, reply: FastifyReply, tag: string): boolean {
  void reply.header('etag', tag);
  const held = request.headers['if-none-match'];
  if (held === undefined || !isNamed(tag, held, (opaque) => opaque)) return false;
  void reply.status(304);
  return true;
}

/**
 * Whether an If-Match header names the content of a tag, regardless of its period. RFC 9110 (13.1.1)
 * requires strong comparison, because different bytes may mean different content; here only signatures
 * differ, so weak comparison is safe.
 */
export function namesContentOf(tag: string, header: string): boolean {
  return isNamed(tag, header, (opaque) => opaque.split('.', 1)[0]);
}

/** Whether a header names a tag, comparing what `partOf` selects. Ignores `W/`, because proxies weaken strong tags. */
function isNamed(tag: string, header: string, partOf: (opaque: string) => string | undefined): boolean {
  const parts = (text: string) =>
    Array.from(text.matchAll(/"([^"]*)"/g), ([, opaque = '']) => partOf(opaque));
  return header.trim() === '*' || parts(header).includes(parts(tag)[0]);
}
