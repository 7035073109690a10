import 'reflect-metadata';
import { connectWhenThere, createDataSource, createPool } from '#database';
import { closeOnSignal, createLogger, loadConfig, measureProcess, nestLogger, tellReady } from '#runtime';
import { OutboxRow } from '#outbox';
import { loadPipelines } from '#pipelines';
import { registryConnections, uploadEntities, UploadRegistry } from '#uploads';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { ApiModule } from './api.module.js';
import { serveOpenApi } from './http/open-api.js';

const config = loadConfig(['log', 'http', 'callback', 'database', 'oss', 'worker', 'media', 'tickets']);
const logger = createLogger('api', config.log.LOG_LEVEL);

const source = createDataSource(
  {
    url: config.database.DATABASE_URL,
    poolSize: config.database.DATABASE_POOL_SIZE,
    applicationName: 'landfall-api',
    statementTimeoutMs: 10_000,
  },
  [...uploadEntities, OutboxRow],
);
const pipelines = loadPipelines(config.media.PIPELINES_FILE);
const registryPool = createPool({
  url: config.database.DATABASE_URL,
  poolSize: registryConnections,
  applicationName: 'landfall-callbacks',
});
const registry = new UploadRegistry(
  registryPool,
  {
    batchMax: config.callback.CALLBACK_BATCH_MAX,
    waitingMax: config.callback.CALLBACK_WAITING_MAX,
    commitTimeoutMs: config.callback.CALLBACK_COMMIT_TIMEOUT_MS,
    sweepAfterMs: config.worker.WORKER_SWEEP_AFTER_MS,
  },
  logger,
);

measureProcess();

let url = '';
const publicUrl = () => (config.http.API_PUBLIC_URL ?? url).replace(/\/$/, '');

/** OSS waits five seconds in all; whoever sends slower would hold a connection and its buffer for ever. */
const requestTimeoutMs = 5_000;

// Bodies stay raw bytes: the callback's signature is over them.
const adapter = new FastifyAdapter({
  bodyLimit: config.callback.CALLBACK_BODY_LIMIT_BYTES,
  forceCloseConnections: 'idle',
  requestTimeout: requestTimeoutMs,
  // Node takes the longer of the two for the whole request.
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
serveOpenApi(app, '0.1.0');

await app.listen(config.http.API_PORT, config.http.API_HOST);
url = `http://localhost:${new URL(await app.getUrl()).port}`;
closeOnSignal(logger, 8_000, async () => {
  // Keep-alive connections that were in use when closing began would otherwise be waited for.
  const idle = setInterval(() => fastify.server.closeIdleConnections(), 100);
  await app.close();
  clearInterval(idle);
  await registry.close();
  await registryPool.end();
  if (source.isInitialized) await source.destroy();
});
// After it listens: while the database is away, who asks is told so at once.
await connectWhenThere(source, logger);
logger.info({ url }, 'api is ready');
tellReady(url);
