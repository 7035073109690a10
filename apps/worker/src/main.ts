import 'reflect-metadata';
import { checkDatabase, connectWhenThere, createDataSource, directUrlOf, waitForMigrations } from '#database';
import { EventSequencer, LogEvent } from '#events';
import { JobsModule, openQueueBackend } from '#jobs';
import { openManagement, Readiness } from '#management';
import { OutboxRow } from '#outbox';
import { loadPipelines } from '#pipelines';
import { queueEntities, QueueFigures, readPauses, WorkerReporter } from '#queues';
import { Reconcile } from '#reconcile';
import {
  closeOnSignal,
  createLogger,
  LandfallError,
  loadConfig,
  measureProcess,
  nestLogger,
  readCapacity,
  sizeThreadPool,
  tellReady,
} from '#runtime';
import { openTracing, traceFields } from '#tracing';
import { bringSweepForward, openRegistry, recordLanded, uploadEntities } from '#uploads';
import { Deliverer, placeDeliveries, webhookEntities } from '#webhooks';
import { configureSharp } from '#image';
import { NestFactory } from '@nestjs/core';
import { loadConsumerConfig, openConsumer } from './events/open-consumer.js';
import { findHardware } from './capacity/find-hardware.js';
import { imageMemoryBytes, imageSlots } from './capacity/image-slots.js';
import { measureScratch, openScratch } from './objects/scratch.js';
import { shareOf, transcodeSlots } from './capacity/transcode-slots.js';
import { ReconcileSchedule } from './repair/reconcile-schedule.js';
import { UploadSweep } from './repair/upload-sweep.js';
import { createWorkerContext } from './worker-context.js';
import { WorkerModule } from './worker.module.js';

const capacity = readCapacity();
sizeThreadPool(capacity);
const config = loadConfig([
  'log',
  'management',
  'callback',
  'database',
  'queue',
  'oss',
  'worker',
  'media',
  'eventLog',
  'webhooks',
  'reconcile',
  'tracing',
]);
const consumerConfig = loadConsumerConfig();
const logger = createLogger('worker', config.log.level, { fields: traceFields });
const closeTracing = await openTracing(config.tracing, 'worker', logger);
const pipelines = loadPipelines(config.media.pipelinesFile);
configureSharp();

const source = createDataSource(
  {
    ...config.database,
    applicationName: 'landfall-worker',
  },
  [...uploadEntities, OutboxRow, LogEvent, Reconcile, ...webhookEntities, ...queueEntities],
);
let checkQueue = async (): Promise<void> => {
  throw new LandfallError('process.starting');
};
const readiness = new Readiness([() => checkDatabase(source), () => checkQueue()]);
const figures = new QueueFigures(source);
measureProcess();
const shown = { readiness, readQueues: () => figures.get() };
const management = await openManagement(config.management, shown, logger);
const scratch = await openScratch(config.media.mediaScratchDir);
measureScratch(scratch, config.media.mediaScratchMaxBytes);
let close = () => scratch.close();
closeOnSignal(logger, config.worker.shutdownGraceMs + 4_000, () => close());
await connectWhenThere(source, logger);
await waitForMigrations(source, logger);
const backend = openQueueBackend({ ...config.queue, poolSize: config.database.poolSize });
const directUrl = directUrlOf(config.database);
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
const concurrency = {
  ...(takes('thumbnail') ? { thumbnail: images } : {}),
  ...(takes('transcode') ? { transcode: transcodes } : {}),
};
const app = await NestFactory.createApplicationContext(
  WorkerModule.register(worker, {
    backend,
    concurrency,
    shutdownGraceMs: config.worker.shutdownGraceMs,
    directUrl,
    beforeQueueing: (rows) => recordLanded(source, rows),
    recover: () => bringSweepForward(source),
    logger,
  }),
  { logger: nestLogger(logger), abortOnError: false },
);
const jobs = app.get(JobsModule);
const paused = Object.keys(await readPauses(source));
await jobs.start(paused);
const sequencer = new EventSequencer(directUrl, logger, placeDeliveries);
sequencer.start();
const deliverer = takes('delivery') ? new Deliverer({ source, directUrl }, config.webhooks, logger) : null;
deliverer?.applyPause(paused.includes('delivery'));
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
  { ...config.reconcile, buckets: config.oss.buckets, directUrl },
  logger,
);
schedule.start();
const reporter = new WorkerReporter(
  {
    source,
    queues: config.worker.queues,
    slots: { ...concurrency, ...(deliverer ? { delivery: config.webhooks.maxRequests } : {}) },
    cores: capacity.cores,
    takeWork: () => {
      const { ended, ...work } = jobs.takeWork();
      const delivered = deliverer ? [{ job: 'delivery', ...deliverer.takeEnded() }] : [];
      return { ...work, ended: [...ended, ...delivered] };
    },
    checkQueue: () => jobs.checkQueue(),
    applyPauses: (queues) => {
      jobs.applyPauses(queues);
      deliverer?.applyPause(queues.includes('delivery'));
    },
  },
  logger,
);
reporter.start();
const consumer = consumerConfig && openConsumer(consumerConfig, source, registry, logger);
consumer?.start();

close = async () => {
  readiness.stop();
  await Promise.all([
    sweep.stop(),
    schedule.stop(),
    consumer?.stop(),
    deliverer?.stop(config.worker.shutdownGraceMs),
    app.close(),
  ]);
  // After the others: events they record while draining are still placed. A later worker places any stragglers.
  await sequencer.stop();
  await reporter.stop();
  await closeRegistry();
  await backend.close();
  await source.destroy();
  await scratch.close();
  await management.close();
  await closeTracing();
};
checkQueue = () => jobs.checkQueue();
logger.info({ queues: config.worker.queues, ...capacity, images, transcodes }, 'worker is ready');
tellReady(undefined, management.url);
