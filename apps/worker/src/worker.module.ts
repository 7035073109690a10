import { jobHandlersToken, JobsModule, type JobHandlers, type JobsSettings } from '#jobs';
import { type DynamicModule, Module } from '@nestjs/common';
import { DataSource } from '#database';
import { chunkJob, joinJob } from './chunks/chunk-jobs.js';
import { makePending, reprocessUpload } from './process/make-pending.js';
import { processUpload } from './process/process-upload.js';
import { transcodeUpload } from './makers/stream/transcode-upload.js';
import { uploadJob } from './runs/upload-job.js';
import type { WorkerContext } from './worker-context.js';

/** Composes the worker: the handlers of the job catalog, and the queues that call them. */
@Module({})
export class WorkerModule {
  static register(worker: WorkerContext, jobs: JobsSettings): DynamicModule {
    return { module: WorkerModule, imports: [JobsModule.register(jobs, HandlersModule.register(worker))] };
  }
}

@Module({})
class HandlersModule {
  static register(worker: WorkerContext): DynamicModule {
    const handlers: JobHandlers = {
      'upload.process': uploadJob(worker, 'upload.process', processUpload),
      'upload.refine': uploadJob(worker, 'upload.refine', makePending),
      'upload.transcode': uploadJob(worker, 'upload.transcode', transcodeUpload),
      'upload.reprocess': uploadJob(worker, 'upload.reprocess', reprocessUpload),
      'upload.retranscode': uploadJob(worker, 'upload.retranscode', transcodeUpload),
      'upload.chunk': chunkJob(worker),
      'upload.join': joinJob(worker),
    };
    return {
      module: HandlersModule,
      providers: [
        { provide: DataSource, useValue: worker.source },
        { provide: jobHandlersToken, useValue: handlers },
      ],
      exports: [DataSource, jobHandlersToken],
    };
  }
}
