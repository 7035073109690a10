import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ApiConfig } from '../tokens.js';
import { pathOf } from '../http/request-path.js';

/** Build output of apps/console. */
const folder = fileURLToPath(new URL('../../../../console/', import.meta.url));

/** For asset files, whose names contain a content hash. */
const forever = 'public, max-age=31536000, immutable';

/**
 * Serves the console, a single-page app, at /console/ and redirects / to it. Paths that are not files get index.html. The page
 * contains no data or secrets: it calls /v1 with the user's own API key.
 */
export async function serveConsole(fastify: FastifyInstance, oss: ApiConfig['oss']): Promise<void> {
  const files = new Set(await readdir(folder, { recursive: true }));
  await fastify.register(fastifyStatic, {
    root: folder,
    serve: false,
    cacheControl: false,
    preCompressed: true,
  });
  const policy = consolePolicy(storageOrigins(oss));
  const answer = (request: FastifyRequest, reply: FastifyReply) => {
    const path = pathOf(request).replace(/^\/console\/?/, '');
    const isFile = files.has(path);
    void reply.headers({
      'cache-control': path.startsWith('assets/') && isFile ? forever : 'no-cache',
      'content-security-policy': policy,
    });
    return reply.sendFile(isFile ? path : 'index.html');
  };
  for (const path of ['/console', '/console/*']) fastify.get(path, answer);
  fastify.get('/', (_request, reply) => reply.redirect('/console/'));
}

/** Content-Security-Policy of the page: its own origin, this API, and the storage origins. */
function consolePolicy(storage: readonly string[]): string {
  const media = storage.join(' ');
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    // Placeholders are data: URLs; a chosen or pasted image is previewed as a blob: before upload.
    `img-src 'self' data: blob: ${media}`,
    // The player passes media to the browser as blob: URLs.
    `media-src 'self' blob: ${media}`,
    `connect-src 'self' ${media}`,
    "font-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** The origins of uploads and signed URLs. */
function storageOrigins({
  buckets,
  publicEndpoint,
  endpoint,
  pathStyle,
  cdnUrl,
}: ApiConfig['oss']): string[] {
  const { protocol, host } = new URL(publicEndpoint ?? endpoint);
  const stores = pathStyle ? [host] : buckets.map((bucket) => `${bucket}.${host}`);
  const cdns = buckets.flatMap((bucket) =>
    cdnUrl === undefined ? [] : [new URL(cdnUrl.replaceAll('{bucket}', bucket)).origin],
  );
  return [...new Set([...stores.map((store) => `${protocol}//${store}`), ...cdns])];
}
