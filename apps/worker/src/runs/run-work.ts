import type { Progress } from '#media';
import type { JobContext, JobHandler } from '#jobs';
import type { JobName, JobPayload, Urgency } from '#outbox';
import type { LandfallError } from '#runtime';
import type { RenditionVersion, Upload } from '#uploads';
import { endRetryWindow, refuseCrashing } from './limits.js';
import { whileWanted } from './while-wanted.js';

/** What the work of a run may use; its signal aborts too when nobody wants the work any more. */
export interface RunContext extends JobContext {
  /** How urgent the work is that follows from this one. */
  readonly urgency: Urgency | undefined;
  /** Has shown, soon, how far the versions are that are made at once. */
  report(versions: readonly Pick<RenditionVersion, 'id'>[], progress: Progress): void;
}

/** What a run works on: an upload, or more of it. */
export interface Subject {
  upload: Upload;
  /** Runs that began on it and did not end in order, this one included. */
  runs: number;
}

/** What a kind of work does at each step of its run; see `runWork` for their order. */
export interface Work<Name extends JobName, Begun extends Subject> {
  /** Counts the run; null when there is nothing to do any more. */
  begin(payload: JobPayload<Name>): Promise<Begun | null>;
  /** Records how far it is. @returns whether anybody still wants it */
  renew(begun: Begun, reported: readonly Reported[]): Promise<boolean>;
  make(begun: Begun, context: RunContext): Promise<void>;
  /** Ends as failed what was to be made. */
  fail(payload: JobPayload<Name>, reason: LandfallError): Promise<void>;
  /** Takes the count of the run back. */
  end(payload: JobPayload<Name>): Promise<void>;
}

/** How far versions are that are made at once. */
interface Reported {
  versionIds: string[];
  progress: Progress;
}

/**
 * The one life of a run, for every job: it begins and is counted; what keeps killing workers is refused; it works while anybody
 * wants that; what may pass is tried again within the retry window, by the queue; when the job gives up, what it still had to
 * make ends as failed; and its count is taken back, unless the worker died.
 */
export function runWork<Name extends JobName, Begun extends Subject>(
  work: Work<Name, Begun>,
): JobHandler<Name> {
  return {
    async run(payload, context) {
      const begun = await work.begin(payload);
      if (!begun) return context.logger.info('nothing to do: it is finished, or nobody wants it');
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

/** Keeps the last word on each group of versions until it is taken. */
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
