import type { JobContext, JobHandler } from '#jobs';
import type { JobName } from '#outbox';
import { LandfallError, toLandfallError } from '#runtime';
import { beginRun, endRun, failRenditions, type Upload } from '#uploads';
import type { Workbench } from './workbench.js';

/** A worker that died on an upload this often will die on it again. */
const crashesMax = 8;

/** After this time a service that does not work for an upload is taken for gone, and the upload ends. */
const patienceMs = 24 * 3_600_000;

/** What passes is tried again and again, but not for ever. */
function endPatience(error: unknown, upload: Upload): unknown {
  const failure = toLandfallError(error);
  const ageMs = Date.now() - (upload.reprocessingSince ?? upload.createdAt).getTime();
  if (!failure.retryable || ageMs < patienceMs) return error;
  return new LandfallError('upload.timed_out', `tried for a day; the last time: ${failure.message}`, {
    cause: error,
  });
}

/** What a job does for one upload that is not finished, or is made again. */
export type UploadWork = (
  bench: Workbench,
  upload: Upload,
  job: JobName,
  context: JobContext,
) => Promise<void>;

/**
 * The handler that every job on an upload shares: it begins and ends the run, refuses an upload that keeps killing workers,
 * and ends what it still had to make as failed when the job gives up.
 */
export function uploadJob<Name extends JobName>(
  bench: Workbench,
  job: Name,
  work: UploadWork,
): JobHandler<Name> {
  return {
    async run({ uploadId }, context) {
      const upload = await beginRun(bench.source, uploadId, job);
      if (!upload) return context.logger.info('nothing to do: the upload is finished or gone');
      if (upload.runs > crashesMax)
        throw new LandfallError('upload.attempts_exhausted', `${upload.runs - 1} workers died on it`);
      try {
        await work(bench, upload, job, context);
      } catch (error) {
        throw endPatience(error, upload);
      }
    },
    giveUp: ({ uploadId }, reason) => failRenditions(bench.source, uploadId, job, reason),
    ended: ({ uploadId }) => endRun(bench.source, uploadId),
  };
}
