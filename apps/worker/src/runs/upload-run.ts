import type { JobHandler } from '#jobs';
import type { MakingJob } from '#outbox';
import { beginRun, endRun, failVersions, isWanted, pendingVersions, recordProgress, Upload } from '#uploads';
import { type RunContext, runWork } from './run-work.js';
import type { WorkerContext } from '../worker-context.js';

/** The work of a job on one upload that is unfinished or being made again. */
export type MakeUpload<Name extends MakingJob> = (
  worker: WorkerContext,
  upload: Upload,
  job: Name,
  context: RunContext,
) => Promise<void>;

/** The handler of a job that makes renditions of an upload. */
export function uploadRun<Name extends MakingJob>(
  worker: WorkerContext,
  job: Name,
  make: MakeUpload<Name>,
): JobHandler<MakingJob> {
  const { source } = worker;
  return runWork<MakingJob, { upload: Upload; runs: number }>({
    async begin({ uploadId }) {
      const upload = await beginRun(source, uploadId);
      return upload && { upload, runs: upload.runs };
    },
    async renew({ upload }, reported) {
      for (const { versionIds, progress } of reported) await recordProgress(source, versionIds, progress);
      return isWanted(source, upload.id, job);
    },
    async make({ upload }, context) {
      let madeAt = upload.updatedAt;
      for (let current = upload; ;) {
        await make(worker, current, job, context);
        // Versions planned meanwhile have no job of their own: it had the id of this one, so the queue ignored it.
        const pending = await pendingVersions(source, upload.id, job);
        const newest = pending.map(({ createdAt }) => createdAt).toSorted((a, b) => Number(b) - Number(a))[0];
        if (newest === undefined || newest <= madeAt) return;
        madeAt = newest;
        const next = await source.getRepository(Upload).findOneBy({ id: upload.id });
        if (!next) return;
        current = next;
      }
    },
    fail: ({ uploadId }, reason) => failVersions(source, uploadId, job, reason),
    end: ({ uploadId }) => endRun(source, uploadId),
  });
}
