import type { JobName, JobPayload } from '#outbox';
import type { LandfallError, Logger } from '#runtime';

export interface JobContext {
  /** Aborts when the worker shuts down: stop soon and throw; the job goes back to the queue. */
  readonly signal: AbortSignal;
  readonly logger: Logger;
}

/**
 * What the worker does for one kind of job. Outcomes are few: `run` resolves (done), throws an error whose row in the
 * error table says `backoff` (retry), or throws any other (give up). Both may run more than once for the same payload.
 */
export interface JobHandler<Name extends JobName> {
  run(payload: JobPayload<Name>, context: JobContext): Promise<void>;
  /** Records why the job will not be tried again. */
  giveUp(payload: JobPayload<Name>, reason: LandfallError): Promise<void>;
  /** Runs after each `run` that ended in order, well or not, so that only crashes leave a trace. */
  ended(payload: JobPayload<Name>): Promise<void>;
}

/** One handler for every job of the catalog: a missing one does not compile. */
export type JobHandlers = { readonly [Name in JobName]: JobHandler<Name> };
