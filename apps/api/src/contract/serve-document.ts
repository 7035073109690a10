import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { loadSwagger } from './annotations.js';
import { createApiDocument } from './api-document.js';

/** What Fastify writes itself for its own answer. */
const ownHeaders = ['connection', 'content-length', 'date', 'keep-alive', 'transfer-encoding'];

/**
 * Serves the OpenAPI document at /docs-json and /docs-yaml, and its page at /docs. All of it is made
 * when somebody asks for the first time: most processes are never asked.
 */
export function serveApiDocument(app: NestFastifyApplication, fastify: FastifyInstance): void {
  let opening: Promise<FastifyInstance> | undefined;
  const answer = async (request: FastifyRequest, reply: FastifyReply) => {
    opening ??= openPages(app);
    // What failed once is tried again for the next who asks.
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

/** The pages as an application of their own, which never listens. */
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
