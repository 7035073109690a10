import 'reflect-metadata';
import { checkDatabase, connectWhenThere, createDataSource } from '#database';
import { closeOnSignal, createLogger, loadConfig, measureProcess, nestLogger, tellReady } from '#runtime';
import { LogEvent } from '#events';
import { IdempotencyKey } from '#idempotency';
import { openManagement, Readiness } from '#management';
import { OutboxRow } from '#outbox';
import { readPipelinesFile } from '#pipelines';
import { measureQueues, queueEntities, QueueFigures } from '#queues';
import { openTracing, traceFields } from '#tracing';
import { openRegistry, uploadEntities } from '#uploads';
import { webhookEntities } from '#webhooks';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { ApiModule } from './api.module.js';
import { isEventsPath, pushMaxBytes } from './events/event-push.js';
import { serveConsole } from './console/serve-console.js';
import { serveApiDocument } from './contract/serve-document.js';
import { allowOrigins } from './http/cors.js';
import { drain } from './http/drain.js';
import { knowRoutes } from './http/known-routes.js';
import { answerUnroutable } from './http/problem.filter.js';
import { measureRequests } from './http/request-metrics.js';
import { answerHeadersFor, protectRoutes } from './http/response-headers.js';
import { answerUnreadable } from './http/unreadable-requests.js';

const config = loadConfig([
  'log',
  'management',
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
  'tracing',
]);
const logger = createLogger('api', config.log.level, { fields: traceFields });
const closeTracing = await openTracing(config.tracing, 'api', logger);

const source = createDataSource(
  {
    ...config.database,
    applicationName: 'landfall-api',
    statementTimeoutMs: 10_000,
  },
  [...uploadEntities, OutboxRow, LogEvent, IdempotencyKey, ...webhookEntities, ...queueEntities],
);
const readiness = new Readiness([() => checkDatabase(source)]);
const figures = new QueueFigures(source);
measureProcess();
measureQueues(figures);
const shown = { readiness, readQueues: () => figures.get() };
const management = await openManagement(config.management, shown, logger);

const { text: pipelinesText, pipelines } = readPipelinesFile(config.media.pipelinesFile);
const { registry, close: closeRegistry } = openRegistry(config, 'landfall-callbacks', logger);

let url = '';
const publicUrl = () => (config.http.publicUrl ?? url).replace(/\/$/, '');

/** OSS waits five seconds in total; without a limit, a slow sender could hold a connection and its buffer forever. */
const requestTimeoutMs = 5_000;

/**
 * `advised` is the keep-alive timeout announced to clients; the server keeps idle connections for `more` beyond it. Clients
 * that honour it close idle connections during the drain themselves, which avoids a race between a close by the server and a
 * request. Load balancers ignore it and typically keep connections for a minute, so the server must close later than that.
 */
const idleConnectionMs = { advised: 5_000, more: 67_000 };

const answerHeaders = answerHeadersFor(config.http.publicUrl?.startsWith('https:') === true);

// Bodies stay raw bytes, because callback signatures cover them.
const adapter = new FastifyAdapter({
  bodyLimit: config.callback.bodyLimitBytes,
  forceCloseConnections: 'idle',
  // Requests that still arrive on open connections are served normally; see `drain`.
  return503OnClosing: false,
  requestTimeout: requestTimeoutMs,
  keepAliveTimeout: idleConnectionMs.advised,
  frameworkErrors: answerUnroutable,
  clientErrorHandler: answerUnreadable(answerHeaders),
  // Node applies the longer of headersTimeout and requestTimeout to the whole request.
  http: {
    headersTimeout: requestTimeoutMs,
    connectionsCheckingInterval: 1_000,
    keepAliveTimeoutBuffer: idleConnectionMs.more,
  },
});
const app = await NestFactory.create<NestFastifyApplication>(
  ApiModule.register({
    config,
    logger,
    source,
    registry,
    pipelines,
    pipelinesText,
    publicUrl,
    readiness,
    figures,
  }),
  adapter,
  { bodyParser: false, abortOnError: false, logger: nestLogger(logger) },
);
const fastify = adapter.getInstance();
fastify.removeAllContentTypeParsers();
fastify.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
knowRoutes(fastify);
measureRequests(fastify);
allowOrigins(fastify, config.http.corsOrigins);
// Event pushes are larger than callbacks: they come in batches and in base64.
fastify.addHook('onRoute', (route) => {
  if (isEventsPath(route.url)) route.bodyLimit = pushMaxBytes;
});
protectRoutes(fastify, answerHeaders);
if (config.http.docs) serveApiDocument(app, fastify);
if (config.http.console) await serveConsole(fastify, config.oss);

await app.listen(config.http.port, config.http.host);
url = `http://localhost:${new URL(await app.getUrl()).port}`;
closeOnSignal(logger, config.http.drainMs + 8_000, async () => {
  readiness.stop();
  await drain(fastify.server, config.http.drainMs);
  // Otherwise closing would wait for keep-alive connections that were busy when it began.
  const idle = setInterval(() => fastify.server.closeIdleConnections(), 100);
  await app.close();
  clearInterval(idle);
  await closeRegistry();
  if (source.isInitialized) await source.destroy();
  await management.close();
  await closeTracing();
});
// Connects only after listening, so requests fail fast while the database is unavailable.
await connectWhenThere(source, logger);
logger.info({ url }, 'api is ready');
tellReady(url, management.url);
