import type { JobName, JobPayload } from '#outbox';
import type { LandfallError, Logger } from '#runtime';

/** What a handler gets besides its payload. */
export interface JobContext {
  /** Aborts when the worker shuts down or another worker has taken the job: stop soon and throw. */
  readonly signal: AbortSignal;
  readonly logger: Logger;
}

/**
 * What the worker does for one kind of job. `run` resolves (done), throws an error with `backoff` in
 * the error table (retry; after the last attempt the sweep re-queues it), or throws another error
 * (give up). An unexpected error is retried, and given up after the last attempt. All methods may run
 * more than once for the same payload.
 */
export interface JobHandler<Name extends JobName> {
  run(payload: JobPayload<Name>, context: JobContext): Promise<void>;
  /** Records why the job is not retried. */
  giveUp(payload: JobPayload<Name>, reason: LandfallError): Promise<void>;
  /** Runs after each `run` that settled; only a crash of the worker skips it. */
  ended(payload: JobPayload<Name>): Promise<void>;
}

/** One handler for every job of the catalog; a missing one is a compile error. */
export type JobHandlers = { readonly [Name in JobName]: JobHandler<Name> };
