import { isDatabaseUnavailable } from '#database';
import { isJobName, jobCatalog, type JobName, type JobPayload } from '#outbox';
import { LandfallError, toLandfallError, type Logger } from '#runtime';
import { carriedSpan, type Span, within } from '#tracing';
import { DelayedError, type Job, UnrecoverableError, WaitingError } from 'bullmq';
import type { JobHandler, JobHandlers } from './job-handlers.js';
import { type JobOutcome, retryDelayMs, WorkInHand } from './work-in-hand.js';

/** A job that BullMQ has given to this worker. */
interface TakenJob {
  job: Job;
  token: string;
  lockLost: AbortSignal;
  /** Null if its trace is not recorded. */
  span: Span | null;
}

/**
 * How long a job that this release does not understand is left to workers of a newer release. After that it is dropped; the
 * sweep re-queues what the rows still need.
 */
const leftToOthersMs = 3_600_000;
const leftForMs = 5_000;

/** Runs one BullMQ job with the handler of its name and translates the outcome. */
export class JobRunner {
  readonly work = new WorkInHand();
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
    const { name } = job;
    if (!isJobName(name)) throw await this.leave(job, token, `this release has no job named ${name}`);
    const span = carriedSpan({ name, kind: 'consumer' }, job.opts.telemetry?.metadata);
    span?.note({
      'messaging.destination.name': job.queueName,
      // Includes runs whose worker died.
      'landfall.job.run': job.attemptsStarted,
    });
    const thrown = await within(span, () => this.runNamed(name, { job, token, lockLost, span }));
    if (thrown) throw thrown;
  }

  /** @returns the error that signals the outcome to BullMQ when thrown; null if the job is done */
  private async runNamed<Name extends JobName>(
    name: Name,
    { job, token, lockLost, span }: TakenJob,
  ): Promise<Error | null> {
    const handler: JobHandler<Name> = this.handlers[name];
    const parsed = jobCatalog[name].payload.safeParse(job.data);
    if (!parsed.success)
      return this.leave(job, token, `the payload of ${name} is invalid: ${parsed.error.message}`);
    const payload = parsed.data as JobPayload<Name>;
    const position = 'position' in payload ? payload.position : undefined;
    span?.note({ 'landfall.upload.id': payload.uploadId, 'landfall.chunk.position': position });
    const logger = this.logger.child({
      job: name,
      uploadId: payload.uploadId,
      ...(position === undefined ? {} : { position }),
      attempt: job.attemptsMade + 1,
    });
    const signal = AbortSignal.any([this.shutdown.signal, lockLost]);
    const startedAt = performance.now();
    const end = this.work.begin(job.id ?? '', name);
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
    const outcome = this.outcomeOf(failure, job, lockLost);
    end(outcome, outcome === 'retried' ? retryDelayMs(name, job.attemptsMade) : 0);
    span?.note({ 'landfall.job.outcome': outcome });
    if (!failure) {
      logger.info({ durationMs }, 'job done');
      return null;
    }
    if (outcome === 'handed_back') {
      logger.info({ durationMs }, 'job handed back');
      await job.moveToWait(token);
      return new WaitingError();
    }
    if (outcome === 'lost') {
      // Another worker has the job by now and decides its outcome.
      logger.warn({ durationMs }, 'job lost to another worker');
      return failure;
    }
    span?.fail(failure.code);
    if (outcome === 'retried') {
      logger.warn({ durationMs, code: failure.code, err: failure }, 'job failed; trying again');
      return failure;
    }
    const givenUp = outcome === 'given_up';
    logger.warn({ durationMs, code: failure.code, err: failure, givenUp }, 'job failed');
    if (givenUp) await handler.giveUp(payload, failure);
    return new UnrecoverableError(failure.code);
  }

  /** @returns the error that signals the outcome to BullMQ when thrown */
  private async leave(job: Job, token: string, reason: string): Promise<Error> {
    const isGivenUp = Date.now() - job.timestamp > leftToOthersMs;
    this.logger.warn(
      { job: job.name, jobId: job.id, reason, givenUp: isGivenUp },
      'job left to other workers',
    );
    if (isGivenUp) return new UnrecoverableError(reason);
    await job.moveToDelayed(Date.now() + leftForMs, token);
    return new DelayedError();
  }

  private outcomeOf(failure: LandfallError | undefined, job: Job, lockLost: AbortSignal): JobOutcome {
    if (!failure) return 'done';
    if (this.shutdown.signal.aborted) return 'handed_back';
    if (lockLost.aborted) return 'lost';
    const isLast = job.attemptsMade + 1 >= (job.opts.attempts ?? 1);
    if (failure.retryable && !isLast) return 'retried';
    // An unavailable service is not the fault of the upload: the sweep queues it again later.
    return failure.retryable && failure.code !== 'internal.unexpected' ? 'put_off' : 'given_up';
  }
}
