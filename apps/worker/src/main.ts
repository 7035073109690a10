import 'reflect-metadata';
import { availableParallelism } from 'node:os';
import { createDataSource } from '#database';
import { JobsModule, openQueueBackend } from '#jobs';
import { OutboxRow } from '#outbox';
import { loadPipelines } from '#pipelines';
import { closeOnSignal, createLogger, loadConfig, nestLogger } from '#runtime';
import { Removal, Rendition, Ticket, Upload } from '#uploads';
import { configureSharp } from '#image';
import { NestFactory } from '@nestjs/core';
import { openScratch } from './scratch.js';
import { UploadSweep } from './upload-sweep.js';
import { createWorkbench } from './workbench.js';
import { WorkerModule } from './worker.module.js';

const config = loadConfig(['log', 'database', 'queue', 'oss', 'worker', 'media']);
const logger = createLogger('worker', config.log.LOG_LEVEL);
const pipelines = loadPipelines(config.media.PIPELINES_FILE);
configureSharp();

const scratch = await openScratch(config.media.MEDIA_SCRATCH_DIR);
const source = await createDataSource(
  {
    url: config.database.DATABASE_URL,
    poolSize: config.database.DATABASE_POOL_SIZE,
    applicationName: 'landfall-worker',
  },
  [Upload, Rendition, Removal, Ticket, OutboxRow],
).initialize();
const backend = openQueueBackend({
  url: config.queue.QUEUE_URL,
  prefix: config.queue.QUEUE_PREFIX,
  poolSize: config.database.DATABASE_POOL_SIZE,
});
const takes = (queue: 'thumbnail' | 'transcode') => config.worker.WORKER_QUEUES.includes(queue);

const bench = createWorkbench(config, { source, pipelines, scratch });
const app = await NestFactory.createApplicationContext(
  WorkerModule.register(bench, {
    backend,
    concurrency: {
      ...(takes('thumbnail') ? { thumbnail: config.worker.WORKER_THUMBNAIL_CONCURRENCY } : {}),
      ...(takes('transcode') ? { transcode: config.worker.WORKER_TRANSCODE_CONCURRENCY } : {}),
    },
    shutdownGraceMs: config.worker.WORKER_SHUTDOWN_GRACE_MS,
    databaseUrl: config.database.DATABASE_URL,
    logger,
  }),
  { logger: nestLogger(logger), abortOnError: false },
);
app.get(JobsModule).start();
const sweep = new UploadSweep(
  source,
  bench.store,
  { ...config.worker, urlLifetimeMs: config.oss.OSS_URL_LIFETIME_S * 1_000 },
  logger,
);
sweep.start();

closeOnSignal(logger, config.worker.WORKER_SHUTDOWN_GRACE_MS + 4_000, async () => {
  await Promise.all([sweep.stop(), app.close()]);
  await backend.close();
  await source.destroy();
  await scratch.close();
});
logger.info({ queues: config.worker.WORKER_QUEUES, cores: availableParallelism() }, 'worker is ready');
process.send?.({ type: 'ready' });
