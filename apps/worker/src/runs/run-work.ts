import type { Progress } from '#media';
import type { JobContext, JobHandler } from '#jobs';
import type { JobName, JobPayload, Urgency } from '#outbox';
import type { LandfallError } from '#runtime';
import type { RenditionVersion, Upload } from '#uploads';
import { endRetryWindow, refuseCrashing } from './limits.js';
import { whileWanted } from './while-wanted.js';

/** The context of a run's work; its signal also aborts when the work is no longer wanted. */
export interface RunContext extends JobContext {
  /** The urgency to pass on to follow-up jobs. */
  readonly urgency: Urgency | undefined;
  /** Reports the progress of versions that are made together; recorded at the next renewal. */
  report(versions: readonly Pick<RenditionVersion, 'id'>[], progress: Progress): void;
}

/** The subject of a run: an upload, and more if a kind of work needs it. */
export interface Subject {
  upload: Upload;
  /** Runs that began on it and have not ended normally, this one included. */
  runs: number;
}

/** The steps of a kind of work; see `runWork` for their order. */
export interface Work<Name extends JobName, Begun extends Subject> {
  /** Counts the run; null if nothing is left to do. */
  begin(payload: JobPayload<Name>): Promise<Begun | null>;
  /** Records the progress. @returns whether the work is still wanted */
  renew(begun: Begun, reported: readonly Reported[]): Promise<boolean>;
  make(begun: Begun, context: RunContext): Promise<void>;
  /** Marks as failed what the job still had to make. */
  fail(payload: JobPayload<Name>, reason: LandfallError): Promise<void>;
  /** Uncounts the run. */
  end(payload: JobPayload<Name>): Promise<void>;
}

/** The progress of versions that are made together. */
interface Reported {
  versionIds: string[];
  progress: Progress;
}

/**
 * The life cycle of a run, shared by all jobs: the run is counted; work that keeps killing workers is refused; the run works
 * as long as it is wanted; then it is uncounted, unless the worker died. The queue retries retryable errors within the retry
 * window; when the job gives up, its unfinished work is marked as failed.
 */
export function runWork<Name extends JobName, Begun extends Subject>(
  work: Work<Name, Begun>,
): JobHandler<Name> {
  return {
    async run(payload, context) {
      const begun = await work.begin(payload);
      if (!begun) return context.logger.info('nothing to do: the work is finished or no longer wanted');
      refuseCrashing(begun.runs, 'position' in payload ? `chunk ${payload.position}` : 'it');
      const { report, takeReported } = collectReports();
      try {
        await whileWanted(
          () => work.renew(begun, takeReported()),
          context,
          (signal) => work.make(begun, { ...context, signal, urgency: payload.urgency, report }),
        );
      } catch (error) {
        throw endRetryWindow(error, begun.upload);
      }
    },
    giveUp: (payload, reason) => work.fail(payload, reason),
    ended: (payload) => work.end(payload),
  };
}

/** Keeps the latest report on each group of versions until it is taken. */
function collectReports() {
  const reports = new Map<string, Reported>();
  const report: RunContext['report'] = (versions, progress) => {
    const versionIds = versions.map(({ id }) => id);
    reports.set(versionIds.join(), { versionIds, progress });
  };
  const takeReported = () => {
    const taken = [...reports.values()];
    reports.clear();
    return taken;
  };
  return { report, takeReported };
}
