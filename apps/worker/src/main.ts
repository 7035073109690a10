import 'reflect-metadata';
import { connectWhenThere, createDataSource } from '#database';
import { JobsModule, openQueueBackend } from '#jobs';
import { OutboxRow } from '#outbox';
import { loadPipelines } from '#pipelines';
import {
  closeOnSignal,
  createLogger,
  loadConfig,
  nestLogger,
  readCapacity,
  sizeThreadPool,
  tellReady,
} from '#runtime';
import { uploadEntities } from '#uploads';
import { configureSharp } from '#image';
import { NestFactory } from '@nestjs/core';
import { findHardware } from './capacity/find-hardware.js';
import { imageSlots } from './capacity/image-slots.js';
import { openScratch } from './objects/scratch.js';
import { shareOf, transcodeSlots } from './capacity/transcode-slots.js';
import { UploadSweep } from './repair/upload-sweep.js';
import { createWorkerContext } from './worker-context.js';
import { WorkerModule } from './worker.module.js';

const capacity = readCapacity();
sizeThreadPool(capacity);
const config = loadConfig(['log', 'callback', 'database', 'queue', 'oss', 'worker', 'media']);
const logger = createLogger('worker', config.log.LOG_LEVEL);
const pipelines = loadPipelines(config.media.PIPELINES_FILE);
configureSharp();

const scratch = await openScratch(config.media.MEDIA_SCRATCH_DIR);
const source = createDataSource(
  {
    url: config.database.DATABASE_URL,
    poolSize: config.database.DATABASE_POOL_SIZE,
    applicationName: 'landfall-worker',
  },
  [...uploadEntities, OutboxRow],
);
let close = () => scratch.close();
closeOnSignal(logger, config.worker.WORKER_SHUTDOWN_GRACE_MS + 4_000, () => close());
await connectWhenThere(source, logger);
const backend = openQueueBackend({
  url: config.queue.QUEUE_URL,
  prefix: config.queue.QUEUE_PREFIX,
  poolSize: config.database.DATABASE_POOL_SIZE,
});
const images = config.worker.WORKER_THUMBNAIL_CONCURRENCY ?? imageSlots(capacity);
const transcodes = config.worker.WORKER_TRANSCODE_CONCURRENCY ?? transcodeSlots(capacity);
const takes = (queue: 'thumbnail' | 'transcode') => config.worker.WORKER_QUEUES.includes(queue);

const hardware = takes('transcode') ? await findHardware(config.media, logger) : null;
const worker = createWorkerContext(config, shareOf(capacity, transcodes), {
  source,
  pipelines,
  scratch,
  hardware,
});
const app = await NestFactory.createApplicationContext(
  WorkerModule.register(worker, {
    backend,
    concurrency: {
      ...(takes('thumbnail') ? { thumbnail: images } : {}),
      ...(takes('transcode') ? { transcode: transcodes } : {}),
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
  worker.store,
  { ...config.worker, urlLifetimeMs: config.oss.OSS_URL_LIFETIME_S * 1_000 },
  logger,
);
sweep.start();

close = async () => {
  await Promise.all([sweep.stop(), app.close()]);
  await backend.close();
  await source.destroy();
  await scratch.close();
};
logger.info({ queues: config.worker.WORKER_QUEUES, ...capacity, images, transcodes }, 'worker is ready');
tellReady();
