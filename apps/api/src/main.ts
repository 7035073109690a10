import 'reflect-metadata';
import { connectWhenThere, createDataSource } from '#database';
import { closeOnSignal, createLogger, loadConfig, measureProcess, nestLogger, tellReady } from '#runtime';
import { LogEvent } from '#events';
import { IdempotencyKey } from '#idempotency';
import { OutboxRow } from '#outbox';
import { loadPipelines } from '#pipelines';
import { openRegistry, uploadEntities } from '#uploads';
import { webhookEntities } from '#webhooks';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { ApiModule } from './api.module.js';
import { isEventsPath, pushMaxBytes } from './events/event-push.js';
import { serveApiDocument } from './contract/serve-document.js';
import { allowOrigins } from './http/cors.js';
import { knowRoutes } from './http/known-routes.js';
import { answerUnroutable } from './http/problem.filter.js';
import { protectRoutes } from './http/response-headers.js';

const config = loadConfig([
  'log',
  'http',
  'callback',
  'database',
  'oss',
  'worker',
  'media',
  'tickets',
  'events',
  'webhooks',
  'live',
]);
const logger = createLogger('api', config.log.level);

const source = createDataSource(
  {
    url: config.database.url,
    poolSize: config.database.poolSize,
    applicationName: 'landfall-api',
    statementTimeoutMs: 10_000,
  },
  [...uploadEntities, OutboxRow, LogEvent, IdempotencyKey, ...webhookEntities],
);
const pipelines = loadPipelines(config.media.pipelinesFile);
const { registry, close: closeRegistry } = openRegistry(config, 'landfall-callbacks', logger);

measureProcess();

let url = '';
const publicUrl = () => (config.http.publicUrl ?? url).replace(/\/$/, '');

/**
 * OSS waits five seconds in total. A slower sender could otherwise hold a connection and its buffer
 * forever.
 */
const requestTimeoutMs = 5_000;

// Bodies stay raw bytes, because the signature of a callback covers them.
const adapter = new FastifyAdapter({
  bodyLimit: config.callback.bodyLimitBytes,
  forceCloseConnections: 'idle',
  requestTimeout: requestTimeoutMs,
  frameworkErrors: answerUnroutable,
  // Node applies the longer of the two to the whole request.
  http: { headersTimeout: requestTimeoutMs, connectionsCheckingInterval: 1_000 },
});
const app = await NestFactory.create<NestFastifyApplication>(
  ApiModule.register({ config, logger, source, registry, pipelines, publicUrl }),
  adapter,
  { bodyParser: false, abortOnError: false, logger: nestLogger(logger) },
);
const fastify = adapter.getInstance();
fastify.removeAllContentTypeParsers();
fastify.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
knowRoutes(fastify);
allowOrigins(fastify, config.http.corsOrigins);
// Events come in batches, and in base64.
fastify.addHook('onRoute', (route) => {
  if (isEventsPath(route.url)) route.bodyLimit = pushMaxBytes;
});
protectRoutes(fastify, config.http.publicUrl?.startsWith('https:') === true);
serveApiDocument(app, fastify);

await app.listen(config.http.port, config.http.host);
url = `http://localhost:${new URL(await app.getUrl()).port}`;
closeOnSignal(logger, 8_000, async () => {
  // Otherwise closing would wait for keep-alive connections that were in use when it began.
  const idle = setInterval(() => fastify.server.closeIdleConnections(), 100);
  await app.close();
  clearInterval(idle);
  await closeRegistry();
  if (source.isInitialized) await source.destroy();
});
// Only after listening starts, so that requests get an error at once while the database is
// unavailable.
await connectWhenThere(source, logger);
logger.info({ url }, 'api is ready');
tellReady(url);
