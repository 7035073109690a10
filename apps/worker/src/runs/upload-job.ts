import type { JobContext, JobHandler } from '#jobs';
import type { MakingJob } from '#outbox';
import { LandfallError } from '#runtime';
import {
  beginRun,
  endRun,
  failRenditions,
  isWanted,
  type MakingProgress,
  recordProgress,
  type Upload,
} from '#uploads';
import { crashesMax, endRetryWindow } from './retry-window.js';
import { whileWanted } from './while-wanted.js';
import type { WorkerContext } from '../worker-context.js';

/** What the work on an upload may use; its signal aborts too when nobody wants the work any more. */
export interface WorkContext extends JobContext {
  /** Has shown, soon, how far renditions are that are made at once. */
  report(names: readonly string[], progress: MakingProgress): void;
}

/** What a job does for one upload that is not finished, or is made again. */
export type UploadWork<Name extends MakingJob> = (
  worker: WorkerContext,
  upload: Upload,
  job: Name,
  context: WorkContext,
) => Promise<void>;

/**
 * The handler that every job on an upload shares: it begins and ends the run, refuses an upload that keeps killing workers,
 * and ends what it still had to make as failed when the job gives up.
 */
export function uploadJob<Name extends MakingJob>(
  worker: WorkerContext,
  job: Name,
  work: UploadWork<Name>,
): JobHandler<Name> {
  return {
    async run({ uploadId }, context) {
      const upload = await beginRun(worker.source, uploadId, job);
      if (!upload) return context.logger.info('nothing to do: the upload is finished or gone');
      if (upload.runs > crashesMax)
        throw new LandfallError('upload.attempts_exhausted', `${upload.runs - 1} workers died on it`);
      const progress = new Map<string, { names: readonly string[]; progress: MakingProgress }>();
      const report: WorkContext['report'] = (names, share) =>
        progress.set(names.join(), { names, progress: share });
      const renew = async () => {
        const reported = [...progress.values()];
        progress.clear();
        for (const one of reported)
          await recordProgress(worker.source, uploadId, job, one.names, one.progress);
        return isWanted(worker.source, uploadId, job);
      };
      try {
        await whileWanted(renew, context, (signal) =>
          work(worker, upload, job, { ...context, signal, report }),
        );
      } catch (error) {
        throw endRetryWindow(error, upload);
      }
    },
    giveUp: ({ uploadId }, reason) => failRenditions(worker.source, uploadId, job, reason),
    ended: ({ uploadId }) => endRun(worker.source, uploadId),
  };
}
