import { queueNames, type QueueName } from '#outbox';
import { LandfallError, type Logger } from '#runtime';
import { BullModule, getQueueToken, OnWorkerEvent, Processor, WorkerHost } from '@nestjs/bullmq';
import { type DynamicModule, Inject, Module, type OnModuleDestroy, type Type } from '@nestjs/common';
import { type Job, type Queue, WaitingError, type Worker } from 'bullmq';
import { DataSource } from '#database';
import { askQueue } from './ask-queue.js';
import type { JobHandlers } from './job-handlers.js';
import { JobLocks, lockMs, lookMs } from './job-locks.js';
import { JobRunner } from './job-runner.js';
import { type OutboxEntry, OutboxRelay } from './outbox-relay.js';
import type { QueueBackend } from './queue-backend.js';
import { QueueLoss } from './queue-loss.js';
import { showSlots, type WorkInHand } from './work-in-hand.js';

/** Injection token of the worker's JobHandlers. */
export const jobHandlersToken = Symbol('JobHandlers');

/** What JobsModule needs besides the handlers. */
export interface JobsSettings {
  backend: QueueBackend;
  /** The queues that this worker takes jobs from, with the number of concurrent jobs. */
  concurrency: Partial<Record<QueueName, number>>;
  /** Time that running jobs get at shutdown before they return to the queue. */
  shutdownGraceMs: number;
  /** URL of the database itself, not of a pooler, because the relay uses LISTEN. */
  directUrl: string;
  /** Runs before workers can see the jobs of these outbox rows. Must be idempotent. */
  beforeQueueing?: (rows: readonly OutboxEntry[]) => Promise<void>;
  /** Re-queues everything unfinished, after a queue has lost its jobs. Must be idempotent. */
  recover: () => Promise<void>;
  logger: Logger;
}

/**
 * Disables the limit at which BullMQ fails a stalled job: it also counts workers that were merely slow,
 * while we count only dead ones, in Postgres.
 */
const maxStalledCount = 2 ** 31 - 1;

const checkTimeoutMs = 2_000;

/** The processor of a queue, with the locks of its jobs. */
abstract class LockingProcessor extends WorkerHost {
  abstract readonly queue: QueueName;
  abstract readonly locks: JobLocks;
}

/** Creates the processor class of one queue; Nest finds it by its decorator. */
function processorOf(
  queue: QueueName,
  concurrency: number,
  { backend, logger }: JobsSettings,
): Type<LockingProcessor> {
  @Processor(queue, {
    concurrency,
    connection: backend.consumer,
    maxStalledCount,
    lockDuration: lockMs,
    stalledInterval: lookMs,
    // JobLocks does both.
    skipLockRenewal: true,
    skipStalledCheck: true,
    autorun: false,
  })
  class QueueProcessor extends LockingProcessor {
    readonly queue = queue;
    #locks: JobLocks | undefined;

    constructor(@Inject(JobRunner) private readonly runner: JobRunner) {
      super();
    }

    /** Created lazily, because Nest creates the worker after the processor. */
    get locks(): JobLocks {
      return (this.#locks ??= new JobLocks(this.worker, backend, logger));
    }

    override process(job: Job, token = ''): Promise<void> {
      // A BullMQ worker that is paused while it waits for a job takes one more.
      if (this.worker.isPaused()) return putBack(job, token);
      return this.locks.whileHeld(job, token, (lost) => this.runner.run(job, token, lost));
    }

    /** Lost connections; BullMQ reconnects by itself. */
    @OnWorkerEvent('error')
    onError(error: Error): void {
      logger.warn({ queue, err: error }, 'queue worker error');
    }
  }
  return QueueProcessor;
}

/** Returns a job to its queue without counting an attempt. */
async function putBack(job: Job, token: string): Promise<never> {
  await job.moveToWait(token);
  throw new WaitingError();
}

/** The queues by name. Their connection errors are only logged for debugging; the relay fails when it adds jobs. */
function queueMap(queues: readonly Queue[], logger: Logger): Map<QueueName, Queue> {
  for (const queue of queues) {
    queue.on('error', (error) => logger.debug({ queue: queue.name, err: error }, 'queue connection error'));
  }
  return new Map(queues.map((queue) => [queue.name as QueueName, queue]));
}

/**
 * Ignores a rejection of `run` once the worker is closing. Any other rejection stays unhandled and ends the process, which
 * would take no more jobs. Patches the worker because `resume` calls `run` itself.
 */
function keepRunQuiet(worker: Worker): void {
  const run = worker.run.bind(worker);
  worker.run = () =>
    run().catch((error: unknown) => {
      if (!worker.closing) throw error;
    });
}

/** The objects of BullMQ that have their own connections. */
interface Connections {
  processors: LockingProcessor[];
  queues: Queue[];
}

/**
 * Connects queues, processors and relay to a worker. `handlers` is the module that provides
 * `jobHandlersToken`.
 */
@Module({})
export class JobsModule implements OnModuleDestroy {
  static settings: symbol = Symbol('JobsSettings');
  private static readonly connections = Symbol('Connections');

  static register(settings: JobsSettings, handlers: DynamicModule): DynamicModule {
    const { backend } = settings;
    const processors = queueNames.flatMap((queue) => {
      const concurrency = settings.concurrency[queue];
      if (!concurrency) return [];
      showSlots(queue, concurrency);
      return [processorOf(queue, concurrency, settings)];
    });
    return {
      module: JobsModule,
      imports: [
        handlers,
        ...queueNames.map((name) =>
          BullModule.registerQueue({ name, connection: backend.producer, prefix: backend.prefixOf(name) }),
        ),
      ],
      providers: [
        ...processors,
        {
          provide: JobsModule.connections,
          inject: [...processors, ...queueNames.map((name) => getQueueToken(name))],
          useFactory: (...all: (LockingProcessor | Queue)[]) => ({
            processors: all.filter((each) => each instanceof LockingProcessor),
            queues: all.filter((each) => !(each instanceof LockingProcessor)),
          }),
        },
        { provide: JobsModule.settings, useValue: settings },
        {
          provide: JobRunner,
          inject: [jobHandlersToken],
          useFactory: (jobHandlers: JobHandlers) => new JobRunner(jobHandlers, settings.logger),
        },
        {
          provide: OutboxRelay,
          inject: [DataSource, ...queueNames.map((name) => getQueueToken(name))],
          useFactory: (source: DataSource, ...all: Queue[]) => {
            const { directUrl, recover, logger, beforeQueueing } = settings;
            const queues = queueMap(all, logger);
            const loss = new QueueLoss(backend, queues, recover, logger);
            return new OutboxRelay({ source, directUrl }, { queues, loss }, logger, beforeQueueing);
          },
        },
      ],
      exports: [OutboxRelay],
    };
  }

  constructor(
    @Inject(JobsModule.settings) private readonly settings: JobsSettings,
    @Inject(JobRunner) private readonly runner: JobRunner,
    @Inject(OutboxRelay) private readonly relay: OutboxRelay,
    @Inject(JobsModule.connections) private readonly connections: Connections,
  ) {}

  /**
   * Starts taking and relaying jobs, once all connections to the queue are ready. BullMQ never
   * retries a first connection that failed, so a process started without its queue would live on
   * without taking a job; it fails instead, to be restarted.
   * @param paused queues to take nothing from until `applyPauses` resumes them
   * @throws LandfallError `queue.unavailable`
   */
  async start(paused: readonly string[] = []): Promise<void> {
    const { processors } = this.connections;
    try {
      await Promise.all(
        [...processors.map(({ worker }) => worker), ...this.connections.queues].map((each) =>
          each.waitUntilReady(),
        ),
      );
    } catch (error) {
      throw new LandfallError('queue.unavailable', undefined, { cause: error });
    }
    for (const { queue, worker, locks } of processors) {
      void locks.keep();
      keepRunQuiet(worker);
      if (paused.includes(queue)) await worker.pause(true);
      else void worker.run();
    }
    this.relay.start();
  }

  /** Pauses these queues for this worker and resumes all others; running jobs continue. */
  applyPauses(paused: readonly string[]): void {
    for (const { queue, worker } of this.connections.processors) {
      const isWanted = paused.includes(queue);
      if (isWanted === worker.isPaused()) continue;
      this.settings.logger.info({ queue }, isWanted ? 'the queue is paused' : 'the queue is resumed');
      void (isWanted ? worker.pause(true) : worker.resume());
    }
  }

  /** The current jobs of this worker, and the counts of those that ended since the last call. */
  takeWork(): ReturnType<WorkInHand['take']> {
    return this.runner.work.take();
  }

  /** @throws LandfallError `queue.unavailable` if it does not answer within two seconds */
  async checkQueue(): Promise<void> {
    const asked = Promise.all(this.connections.queues.map((queue) => queue.isPaused()));
    await askQueue(asked, checkTimeoutMs, 'no response');
  }

  /**
   * Runs first at shutdown: stops the relay, and gives running jobs the grace time before they
   * return to the queue. While any are running, lost connections to the queue are still retried.
   */
  async onModuleDestroy(): Promise<void> {
    void this.runner.work.whenEmpty().then(() => this.settings.backend.stopReconnecting());
    setTimeout(() => this.runner.handBack(), this.settings.shutdownGraceMs).unref();
    await this.relay.stop();
  }
}
