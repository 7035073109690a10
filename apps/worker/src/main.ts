import 'reflect-metadata';
import { connectWhenThere, createDataSource } from '#database';
import { EventSequencer, LogEvent } from '#events';
import { JobsModule, openQueueBackend } from '#jobs';
import { OutboxRow } from '#outbox';
import { loadPipelines } from '#pipelines';
import { Reconcile } from '#reconcile';
import {
  closeOnSignal,
  createLogger,
  loadConfig,
  nestLogger,
  readCapacity,
  sizeThreadPool,
  tellReady,
} from '#runtime';
import { bringSweepForward, openRegistry, recordLanded, uploadEntities } from '#uploads';
import { Deliverer, placeDeliveries, webhookEntities } from '#webhooks';
import { configureSharp } from '#image';
import { NestFactory } from '@nestjs/core';
import { loadConsumerConfig, openConsumer } from './events/open-consumer.js';
import { findHardware } from './capacity/find-hardware.js';
import { imageMemoryBytes, imageSlots } from './capacity/image-slots.js';
import { openScratch } from './objects/scratch.js';
import { shareOf, transcodeSlots } from './capacity/transcode-slots.js';
import { ReconcileSchedule } from './repair/reconcile-schedule.js';
import { UploadSweep } from './repair/upload-sweep.js';
import { createWorkerContext } from './worker-context.js';
import { WorkerModule } from './worker.module.js';

const capacity = readCapacity();
sizeThreadPool(capacity);
const config = loadConfig([
  'log',
  'callback',
  'database',
  'queue',
  'oss',
  'worker',
  'media',
  'eventLog',
  'webhooks',
  'reconcile',
]);
const consumerConfig = loadConsumerConfig();
const logger = createLogger('worker', config.log.level);
const pipelines = loadPipelines(config.media.pipelinesFile);
configureSharp();

const scratch = await openScratch(config.media.mediaScratchDir);
const source = createDataSource(
  {
    url: config.database.url,
    poolSize: config.database.poolSize,
    applicationName: 'landfall-worker',
  },
  [...uploadEntities, OutboxRow, LogEvent, Reconcile, ...webhookEntities],
);
let close = () => scratch.close();
closeOnSignal(logger, config.worker.shutdownGraceMs + 4_000, () => close());
await connectWhenThere(source, logger);
const backend = openQueueBackend({
  url: config.queue.url,
  prefix: config.queue.prefix,
  poolSize: config.database.poolSize,
});
const images = config.worker.thumbnailConcurrency ?? imageSlots(capacity);
const transcodes = config.worker.transcodeConcurrency ?? transcodeSlots(capacity);
const takes = (queue: 'thumbnail' | 'transcode' | 'delivery') => config.worker.queues.includes(queue);

const hardware = takes('transcode') ? await findHardware(config.media, logger) : null;
const worker = createWorkerContext(
  config,
  { ...shareOf(capacity, transcodes), imageBytes: imageMemoryBytes(capacity) },
  {
    source,
    pipelines,
    scratch,
    hardware,
  },
);
const app = await NestFactory.createApplicationContext(
  WorkerModule.register(worker, {
    backend,
    concurrency: {
      ...(takes('thumbnail') ? { thumbnail: images } : {}),
      ...(takes('transcode') ? { transcode: transcodes } : {}),
    },
    shutdownGraceMs: config.worker.shutdownGraceMs,
    databaseUrl: config.database.url,
    beforeQueueing: (rows) => recordLanded(source, rows),
    recover: () => bringSweepForward(source),
    logger,
  }),
  { logger: nestLogger(logger), abortOnError: false },
);
await app.get(JobsModule).start();
const sequencer = new EventSequencer(config.database.url, logger, placeDeliveries);
sequencer.start();
const deliverer = takes('delivery')
  ? new Deliverer({ source, url: config.database.url }, config.webhooks, logger)
  : null;
deliverer?.start();
const { registry, close: closeRegistry } = openRegistry(config, 'landfall-found', logger);
const sweep = new UploadSweep(
  worker,
  registry,
  {
    ...config.worker,
    urlLifetimeMs: config.oss.urlLifetimeS * 1_000,
    eventsKeptS: config.eventLog.keepS,
  },
  logger,
);
sweep.start();
const schedule = new ReconcileSchedule(
  worker,
  registry,
  { ...config.reconcile, buckets: config.oss.buckets },
  logger,
);
schedule.start();
const consumer = consumerConfig && openConsumer(consumerConfig, source, registry, logger);
consumer?.start();

close = async () => {
  await Promise.all([
    sweep.stop(),
    schedule.stop(),
    consumer?.stop(),
    deliverer?.stop(config.worker.shutdownGraceMs),
    app.close(),
  ]);
  // Last: what is recorded while the others end is placed too, but for its last moments, which the next worker places.
  await sequencer.stop();
  await closeRegistry();
  await backend.close();
  await source.destroy();
  await scratch.close();
};
logger.info({ queues: config.worker.queues, ...capacity, images, transcodes }, 'worker is ready');
tellReady();
