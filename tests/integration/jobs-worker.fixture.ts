import {
  type JobContext,
  type JobHandler,
  type JobHandlers,
  jobHandlersToken,
  JobsModule,
  openQueueBackend,
} from '#jobs';
import type { JobName } from '#outbox';
import { createLogger } from '#runtime';
import type { TestQueue } from '#testing';
import { type DynamicModule, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { DataSource } from '#database';

const logger = createLogger('test', process.env['TEST_LOG_LEVEL'] ?? 'silent');

/** What the handlers of a test saw. */
export interface Seen {
  runs: { name: JobName; uploadId: string }[];
  givenUp: { uploadId: string; code: string }[];
  ended: string[];
}

export type Work = (uploadId: string, context: JobContext) => Promise<void>;

/** Where a worker of a test finds its jobs, and what it tells. */
export interface JobsPlace {
  queue: TestQueue;
  database: { url: string; source: DataSource };
  seen: Seen;
}

@Module({})
class TestHandlers {}

/** A worker in this process that runs `work` for every job; returns how to end it. */
export async function startJobsWorker(
  { queue, database, seen }: JobsPlace,
  work: Work,
  thumbnailsAtOnce = 4,
): Promise<() => Promise<void>> {
  const backend = openQueueBackend({ ...queue, poolSize: 10 });
  const handler = (name: JobName): JobHandler<JobName> => ({
    async run({ uploadId }, context) {
      seen.runs.push({ name, uploadId });
      await work(uploadId, context);
    },
    async giveUp({ uploadId }, { code }) {
      seen.givenUp.push({ uploadId, code });
    },
    async ended({ uploadId }) {
      seen.ended.push(uploadId);
    },
  });
  const handlers: JobHandlers = {
    'upload.process': handler('upload.process'),
    'upload.try': handler('upload.try'),
    'upload.render': handler('upload.render'),
    'upload.transcode': handler('upload.transcode'),
    'upload.chunk': handler('upload.chunk'),
    'upload.join': handler('upload.join'),
  };
  const handlersModule: DynamicModule = {
    module: TestHandlers,
    providers: [
      { provide: DataSource, useValue: database.source },
      { provide: jobHandlersToken, useValue: handlers },
    ],
    exports: [DataSource, jobHandlersToken],
  };
  const app = await NestFactory.createApplicationContext(
    JobsModule.register(
      {
        backend,
        concurrency: { thumbnail: thumbnailsAtOnce, transcode: 1 },
        shutdownGraceMs: 50,
        directUrl: database.url,
        recover: async () => {},
        logger,
      },
      handlersModule,
    ),
    { logger: false, abortOnError: false },
  );
  await app.get(JobsModule).start();
  let closed = false;
  return async () => {
    if (closed) return;
    closed = true;
    await app.close();
    await backend.close();
  };
}
