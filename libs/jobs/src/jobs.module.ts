import { queueNames, type QueueName } from '#outbox';
import type { Logger } from '#runtime';
import { BullModule, getQueueToken, OnWorkerEvent, Processor, WorkerHost } from '@nestjs/bullmq';
import { type DynamicModule, Inject, Module, type OnModuleDestroy, type Type } from '@nestjs/common';
import type { Job, Queue } from 'bullmq';
import { DataSource } from '#database';
import type { JobHandlers } from './job-handlers.js';
import { JobRunner } from './job-runner.js';
import { OutboxRelay } from './outbox-relay.js';
import type { QueueBackend } from './queue-backend.js';

/** Injection token of the worker's JobHandlers. */
export const jobHandlersToken = Symbol('JobHandlers');

export interface JobsSettings {
  backend: QueueBackend;
  /** The queues that this worker takes jobs from, with the number of concurrent jobs. */
  concurrency: Partial<Record<QueueName, number>>;
  /** Time that running jobs get at shutdown before they return to the queue. */
  shutdownGraceMs: number;
  databaseUrl: string;
  logger: Logger;
}

/**
 * How often a job may be taken back from a stalled worker before BullMQ fails it; then the sweep
 * takes over.
 */
const maxStalledCount = 5;

/**
 * Interval of the check for stalled jobs: a stalled job is noticed after BullMQ's lock of 30 s plus
 * at most this.
 */
const stalledInterval = 5_000;

/** The class of the processor that takes the jobs of one queue; Nest finds it by its decorator. */
function processorOf(
  queue: QueueName,
  concurrency: number,
  { backend, logger }: JobsSettings,
): Type<WorkerHost> {
  @Processor(queue, { concurrency, connection: backend.consumer, maxStalledCount, stalledInterval })
  class QueueProcessor extends WorkerHost {
    constructor(@Inject(JobRunner) private readonly runner: JobRunner) {
      super();
    }

    override process(job: Job, token?: string, signal?: AbortSignal): Promise<void> {
      return this.runner.run(job, token, signal);
    }

    /**
     * A lock that cannot be renewed is lost, and another worker will take the job, so this one
     * stops.
     */
    @OnWorkerEvent('lockRenewalFailed')
    onLockLost(jobIds: string[]): void {
      for (const id of jobIds) this.worker.cancelJob(id, 'lock lost');
    }

    /** Lost connections; BullMQ reconnects by itself. */
    @OnWorkerEvent('error')
    onError(error: Error): void {
      logger.warn({ queue, err: error }, 'queue worker');
    }
  }
  return QueueProcessor;
}

/** The queues by name. Lost connections are left to the relay, whose additions fail. */
function queueMap(queues: readonly Queue[], logger: Logger): Map<QueueName, Queue> {
  for (const queue of queues) {
    queue.on('error', (error) => logger.debug({ queue: queue.name, err: error }, 'queue connection'));
  }
  return new Map(queues.map((queue) => [queue.name as QueueName, queue]));
}

/**
 * Connects queues, processors and relay to a worker. `handlers` is the module that provides
 * `jobHandlersToken`.
 */
@Module({})
export class JobsModule implements OnModuleDestroy {
  static settings: symbol = Symbol('JobsSettings');

  static register(settings: JobsSettings, handlers: DynamicModule): DynamicModule {
    const { backend } = settings;
    const processors = queueNames.flatMap((queue) => {
      const concurrency = settings.concurrency[queue];
      return concurrency ? [processorOf(queue, concurrency, settings)] : [];
    });
    return {
      module: JobsModule,
      imports: [
        handlers,
        ...queueNames.map((name) =>
          BullModule.registerQueue({ name, connection: backend.producer, prefix: backend.prefix }),
        ),
      ],
      providers: [
        ...processors,
        { provide: JobsModule.settings, useValue: settings },
        {
          provide: JobRunner,
          inject: [jobHandlersToken],
          useFactory: (jobHandlers: JobHandlers) => new JobRunner(jobHandlers, settings.logger),
        },
        {
          provide: OutboxRelay,
          inject: [DataSource, ...queueNames.map((name) => getQueueToken(name))],
          useFactory: (source: DataSource, ...queues: Queue[]) =>
            new OutboxRelay(
              { source, url: settings.databaseUrl },
              queueMap(queues, settings.logger),
              settings.logger,
            ),
        },
      ],
      exports: [OutboxRelay],
    };
  }

  constructor(
    @Inject(JobsModule.settings) private readonly settings: JobsSettings,
    @Inject(JobRunner) private readonly runner: JobRunner,
    @Inject(OutboxRelay) private readonly relay: OutboxRelay,
  ) {}

  /** Starts the relay; called when the worker is ready. */
  start(): void {
    this.relay.start();
  }

  /**
   * Runs first at shutdown: stops the relay, and gives running jobs the grace time before they
   * return to the queue.
   */
  async onModuleDestroy(): Promise<void> {
    setTimeout(() => this.runner.handBack(), this.settings.shutdownGraceMs).unref();
    await this.relay.stop();
  }
}
