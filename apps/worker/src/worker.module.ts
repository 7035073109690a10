import { jobHandlersToken, JobsModule, type JobHandlers, type JobsSettings } from '#jobs';
import { type DynamicModule, Module } from '@nestjs/common';
import { DataSource } from '#database';
import { chunkRun } from './chunks/chunk-run.js';
import { joinRun } from './chunks/join-run.js';
import { makePending, planOrMake } from './process/make-pending.js';
import { transcodeUpload } from './process/transcode-upload.js';
import { uploadRun } from './runs/upload-run.js';
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
      'upload.process': uploadRun(worker, 'upload.process', planOrMake),
      'upload.render': uploadRun(worker, 'upload.render', makePending),
      'upload.transcode': uploadRun(worker, 'upload.transcode', transcodeUpload),
      'upload.chunk': chunkRun(worker),
      'upload.join': joinRun(worker),
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
