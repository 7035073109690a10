import { jobHandlersToken, JobsModule, type JobHandlers, type JobsSettings } from '#jobs';
import { type DynamicModule, Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { chunkJob, joinJob } from './chunks/chunk-jobs.js';
import { makePending, reprocessUpload } from './process/make-pending.js';
import { processUpload } from './process/process-upload.js';
import { transcodeUpload } from './makers/stream/transcode-upload.js';
import { uploadJob } from './runs/upload-job.js';
import type { Workbench } from './worker-context.js';

/** Composes the worker: the handlers of the job catalog, and the queues that call them. */
@Module({})
export class WorkerModule {
  static register(bench: Workbench, jobs: JobsSettings): DynamicModule {
    return { module: WorkerModule, imports: [JobsModule.register(jobs, HandlersModule.register(bench))] };
  }
}

@Module({})
class HandlersModule {
  static register(bench: Workbench): DynamicModule {
    const handlers: JobHandlers = {
      'upload.process': uploadJob(bench, 'upload.process', processUpload),
      'upload.refine': uploadJob(bench, 'upload.refine', makePending),
      'upload.transcode': uploadJob(bench, 'upload.transcode', transcodeUpload),
      'upload.reprocess': uploadJob(bench, 'upload.reprocess', reprocessUpload),
      'upload.retranscode': uploadJob(bench, 'upload.retranscode', transcodeUpload),
      'upload.chunk': chunkJob(bench),
      'upload.join': joinJob(bench),
    };
    return {
      module: HandlersModule,
      providers: [
        { provide: DataSource, useValue: bench.source },
        { provide: jobHandlersToken, useValue: handlers },
      ],
      exports: [DataSource, jobHandlersToken],
    };
  }
}
