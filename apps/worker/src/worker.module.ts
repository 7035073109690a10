import { jobHandlersToken, JobsModule, type JobsSettings } from '#jobs';
import { type DynamicModule, Module } from '@nestjs/common';
import { DataSource } from '#database';
import { jobHandlers } from './job-handlers.js';
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
    return {
      module: HandlersModule,
      providers: [
        { provide: DataSource, useValue: worker.source },
        { provide: jobHandlersToken, useValue: jobHandlers(worker) },
      ],
      exports: [DataSource, jobHandlersToken],
    };
  }
}
