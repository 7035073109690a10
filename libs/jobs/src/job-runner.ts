import { isDatabaseUnavailable } from '#database';
import { isJobName, jobCatalog, type JobName, type JobPayload } from '#outbox';
import { LandfallError, toLandfallError, type Logger } from '#runtime';
import { type Job, UnrecoverableError, WaitingError } from 'bullmq';
import type { JobHandler, JobHandlers } from './job-handlers.js';

/** Runs one BullMQ job with the handler of its name and translates the outcome. */
export class JobRunner {
  private readonly shutdown = new AbortController();

  constructor(
    private readonly handlers: JobHandlers,
    private readonly logger: Logger,
  ) {}

  /** Stops the running jobs; they return to their queue without losing an attempt. */
  handBack(): void {
    this.shutdown.abort(new Error('the worker is shutting down'));
  }

  async run(job: Job, token: string, lockLost: AbortSignal): Promise<void> {
    if (!isJobName(job.name)) throw new UnrecoverableError(`there is no job named ${job.name}`);
    await this.runNamed(job.name, job, token, lockLost);
  }

  private async runNamed<Name extends JobName>(
    name: Name,
    job: Job,
    token: string,
    lockLost: AbortSignal,
  ): Promise<void> {
    const handler: JobHandler<Name> = this.handlers[name];
    const parsed = jobCatalog[name].payload.safeParse(job.data);
    if (!parsed.success)
      throw new UnrecoverableError(`the payload of ${name} is invalid: ${parsed.error.message}`);
    const payload = parsed.data as JobPayload<Name>;
    const logger = this.logger.child({
      job: name,
      uploadId: payload.uploadId,
      ...('position' in payload ? { position: payload.position } : {}),
      attempt: job.attemptsMade + 1,
    });
    const signal = AbortSignal.any([this.shutdown.signal, lockLost]);
    const startedAt = performance.now();
    let failure: LandfallError | undefined;
    try {
      signal.throwIfAborted();
      await handler.run(payload, { signal, logger });
    } catch (error) {
      failure = isDatabaseUnavailable(error)
        ? new LandfallError('database.unavailable', undefined, { cause: error })
        : toLandfallError(error);
    }
    const durationMs = Math.round(performance.now() - startedAt);
    await handler
      .ended(payload)
      .catch((error: unknown) => logger.warn({ err: error }, 'cannot record the end of a job'));
    if (!failure) return logger.info({ durationMs }, 'job done');
    if (this.shutdown.signal.aborted) {
      logger.info({ durationMs }, 'job handed back');
      await job.moveToWait(token);
      throw new WaitingError();
    }
    if (lockLost.aborted) {
      // Another worker has the job by now and decides its outcome.
      logger.warn({ durationMs }, 'job lost to another worker');
      throw failure;
    }
    const lastAttempt = job.attemptsMade + 1 >= (job.opts.attempts ?? 1);
    if (failure.retryable && !lastAttempt) {
      logger.warn({ durationMs, code: failure.code, err: failure }, 'job failed; trying again');
      throw failure;
    }
    // An unavailable service is not the fault of the upload: the sweep queues it again later.
    const notOurFault = failure.retryable && failure.code !== 'internal.unexpected';
    logger.warn({ durationMs, code: failure.code, err: failure, givenUp: !notOurFault }, 'job failed');
    if (!notOurFault) await handler.giveUp(payload, failure);
    throw new UnrecoverableError(failure.code);
  }
}
