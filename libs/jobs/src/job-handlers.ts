import type { JobName, JobPayload } from '#outbox';
import type { LandfallError, Logger } from '#runtime';

export interface JobContext {
  /** Aborts when the worker shuts down: stop soon and throw; the job returns to the queue. */
  readonly signal: AbortSignal;
  readonly logger: Logger;
}

/**
 * What the worker does for one kind of job. `run` has three outcomes: it resolves (done), throws an
 * error with `backoff` in the error table (retry), or throws any other error (give up). Both
 * methods may run more than once for the same payload.
 */
export interface JobHandler<Name extends JobName> {
  run(payload: JobPayload<Name>, context: JobContext): Promise<void>;
  /** Records why the job is not retried. */
  giveUp(payload: JobPayload<Name>, reason: LandfallError): Promise<void>;
  /** Runs after each `run` that resolved or rejected, so that only crashes leave a trace. */
  ended(payload: JobPayload<Name>): Promise<void>;
}

/** One handler for every job of the catalog; a missing one is a compile error. */
export type JobHandlers = { readonly [Name in JobName]: JobHandler<Name> };
