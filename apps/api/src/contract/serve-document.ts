import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { loadSwagger } from './annotations.js';
import { createApiDocument } from './api-document.js';

/** Headers that Fastify sets itself on the outer response. */
const ownHeaders = ['connection', 'content-length', 'date', 'keep-alive', 'transfer-encoding'];

/**
 * Serves the OpenAPI document at /docs-json and /docs-yaml, and its page at /docs. Built on the first
 * request, because most processes never receive one.
 */
export function serveApiDocument(app: NestFastifyApplication, fastify: FastifyInstance): void {
  let opening: Promise<FastifyInstance> | undefined;
  const answer = async (request: FastifyRequest, reply: FastifyReply) => {
    opening ??= openPages(app);
    // After a failure the next request tries again.
    opening.catch(() => (opening = undefined));
    const pages = await opening;
    const { method, url, headers } = request;
    const made = await pages.inject({ method: method as 'GET' | 'HEAD', url, headers });
    if (made.statusCode === 404) return reply.callNotFound();
    for (const name of ownHeaders) delete made.headers[name];
    return reply.status(made.statusCode).headers(made.headers).send(made.rawPayload);
  };
  for (const path of ['/docs', '/docs/*', '/docs-json', '/docs-yaml']) fastify.get(path, answer);
}

@Module({})
class DocumentModule {}

/** Creates the pages as a separate application that never listens. */
async function openPages(app: NestFastifyApplication): Promise<FastifyInstance> {
  const document = await createApiDocument(app);
  const { SwaggerModule } = await loadSwagger();
  const adapter = new FastifyAdapter();
  const pages = await NestFactory.create<NestFastifyApplication>(DocumentModule, adapter, {
    abortOnError: false,
    logger: false,
  });
  SwaggerModule.setup('docs', pages, document);
  await pages.init();
  return adapter
    .getInstance()
    .ready()
    .then(() => adapter.getInstance());
}
